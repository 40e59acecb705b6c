{# Aggregates of different values, where DuckDB and Spark differ. #}

{# The different texts of a group in one, in their own order; null where there is none. What is null is left out. #}
{% macro joined_once(text, separator) -%}
    {{ adapter.dispatch('joined_once', 'mtm')(text, separator) }}
{%- endmacro %}

{% macro default__joined_once(text, separator) -%}
    string_agg(distinct {{ text }}, '{{ separator }}' order by {{ text }})
{%- endmacro %}

{% macro spark__joined_once(text, separator) -%}
    nullif(array_join(array_sort(collect_set({{ text }})), '{{ separator }}'), '')
{%- endmacro %}
