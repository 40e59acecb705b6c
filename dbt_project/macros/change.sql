{# Pieces of mart_round_change: thresholds, signs, and sentences with figures filled in. #}

{# A threshold of the seed change_rules. #}
{% macro change_rule(code) -%}
    (select value from {{ ref('change_rules') }} where rule_code = '{{ code }}')
{%- endmacro %}

{# A text of the seed change_words in a language. #}
{% macro change_word(code, lang) -%}
    (select text_{{ lang }} from {{ ref('change_words') }} where word_code = '{{ code }}')
{%- endmacro %}

{# A number with its sign, as text; a dash where there is none. #}
{% macro signed(column) -%}
    case
        when {{ column }} is null then '–'
        when {{ column }} > 0 then '+' || cast({{ column }} as varchar)
        else cast({{ column }} as varchar)
    end
{%- endmacro %}

{% macro signed_percent(column) -%}
    case
        when {{ column }} is null then '–'
        else case when {{ column }} > 0 then '+' else '' end || cast(cast({{ column }} as decimal(12, 1)) as varchar) || ' %'
    end
{%- endmacro %}

{# A sentence of change_words with its {names} replaced by columns; null where the text is not wanted. #}
{% macro sentence(code, lang, fillings) -%}
    {%- set step = namespace(sql=change_word(code, lang)) -%}
    {%- for name, value in fillings.items() -%}
        {%- set step.sql = "replace(" ~ step.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ value ~ ", '–'))" -%}
    {%- endfor -%}
    {{ step.sql }}
{%- endmacro %}

{# Whether a sum over so many communities could give one of them away. #}
{% macro reveals(column) -%}
    ({{ column }} >= 1 and {{ column }} < {{ change_rule('revealing_communities') }})
{%- endmacro %}
