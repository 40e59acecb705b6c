{# The latest vintage of each operation's gazetteer (columns operation, latest): the one of a round that states none. #}
{% macro latest_vintages() -%}
    select operation, max(geography_vintage) as latest
    from {{ source('reference', 'place') }}
    group by operation
{%- endmacro %}
