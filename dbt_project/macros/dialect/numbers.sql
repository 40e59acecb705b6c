{# Numbers where DuckDB and Spark differ. Literals of shares and factors are written as doubles (100e0), never as 100.0: that
   is a decimal on Spark, which keeps six digits of a quotient. #}

{# A double rounded to so many decimals, half away from zero, the same to the last digit: round(x, n) goes by the decimal digits
   of the number on Spark and by its multiple on DuckDB, and those part where the next digit is a five. #}
{% macro rounded(value, digits) -%}
    (round(({{ value }}) * 1e{{ digits }}) / 1e{{ digits }})
{%- endmacro %}

{# The same to a number of decimals that a column tells; negative: to tens, hundreds, … #}
{% macro rounded_by(value, column) -%}
    case
        when {{ column }} < 0
            then round(({{ value }}) / power(10e0, -{{ column }})) * power(10e0, -{{ column }})
        else round(({{ value }}) * power(10e0, {{ column }})) / power(10e0, {{ column }})
    end
{%- endmacro %}
