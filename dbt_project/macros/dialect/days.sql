{# Days where DuckDB and Spark differ. A day plus or minus a whole number is a day on both: `day - 30`, never an interval. #}

{# Days from one day to a later one, as a whole number. #}
{% macro days_from(earlier, later) -%}
    {{ adapter.dispatch('days_from', 'mtm')(earlier, later) }}
{%- endmacro %}

{% macro default__days_from(earlier, later) -%}
    ({{ later }} - {{ earlier }})
{%- endmacro %}

{% macro spark__days_from(earlier, later) -%}
    cast(datediff({{ later }}, {{ earlier }}) as bigint)
{%- endmacro %}
