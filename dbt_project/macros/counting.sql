{# Pieces of the counting rules that several marts share, over rows with value, unit, value_status, is_counted. #}

{# The sum of a unit over the values that count; null where none counts: missing is not zero. #}
{% macro counted(unit) -%}
    sum(value) filter (where unit = '{{ unit }}' and is_counted)
{%- endmacro %}

{# Flags from which value_status() is told after any further aggregation. They speak of individuals. #}
{% macro status_flags() -%}
    bool_or(unit = 'individuals' and value_status = 'reported') as has_reported,
    bool_or(unit = 'individuals' and value_status = 'derived') as has_derived,
    bool_or(unit = 'individuals' and value_status in ('missing', 'unreadable')) as has_missing
{%- endmacro %}

{% macro rolled_flags(alias) -%}
    bool_or({{ alias }}.has_reported) as has_reported,
    bool_or({{ alias }}.has_derived) as has_derived,
    bool_or({{ alias }}.has_missing) as has_missing
{%- endmacro %}

{# reported before derived before missing before not_asked: what the sum rests on. #}
{% macro value_status() -%}
    case
        when has_reported then 'reported'
        when has_derived then 'derived'
        when has_missing then 'missing'
        else 'not_asked'
    end
{%- endmacro %}
