{# Pieces of the comparisons: thresholds, figures and days as text, and sentences that they are filled into. #}

{# A threshold of the seed change_rules. #}
{% macro change_rule(code) -%}
    (select value from {{ ref('change_rules') }} where rule_code = '{{ code }}')
{%- endmacro %}

{# A text of the seed change_words in a language. #}
{% macro change_word(code, lang) -%}
    (select text_{{ lang }} from {{ ref('change_words') }} where word_code = '{{ code }}')
{%- endmacro %}

{# A whole number as a reader of the language writes it: 12,345 in English, with a no-break space in Russian and Kyrgyz. #}
{% macro number_text(column, lang) -%}
    {%- set separator = "','" if lang == 'en' else 'chr(160)' -%}
    case
        when abs({{ column }}) >= 1000000
            then cast(cast(floor(abs({{ column }}) / 1000000) as bigint) as string) || {{ separator }}
                || lpad(cast(cast(floor(abs({{ column }}) / 1000) as bigint) % 1000 as string), 3, '0') || {{ separator }}
                || lpad(cast(abs({{ column }}) % 1000 as string), 3, '0')
        when abs({{ column }}) >= 1000
            then cast(cast(floor(abs({{ column }}) / 1000) as bigint) as string) || {{ separator }}
                || lpad(cast(abs({{ column }}) % 1000 as string), 3, '0')
        else cast(abs({{ column }}) as string)
    end
{%- endmacro %}

{# The same with its sign; a dash where there is none. #}
{% macro signed(column, lang) -%}
    case
        when {{ column }} is null then '–'
        else case when {{ column }} > 0 then '+' when {{ column }} < 0 then '−' else '' end || {{ number_text(column, lang) }}
    end
{%- endmacro %}

{# A day as text: 2022-01-31 in English, 31.01.2022 in Russian and Kyrgyz; empty where it is not known. #}
{% macro day_text(column, lang) -%}
    {%- set iso = 'cast(' ~ column ~ ' as string)' -%}
    coalesce({{ iso if lang == 'en' else
        "substr(" ~ iso ~ ", 9, 2) || '.' || substr(" ~ iso ~ ", 6, 2) || '.' || substr(" ~ iso ~ ", 1, 4)" }}, '')
{%- endmacro %}

{# A percentage with its sign and one decimal: +8.5 % in English, +8,5 % in Russian and Kyrgyz. #}
{% macro signed_percent(column, lang) -%}
    {%- set rounded = 'cast(' ~ column ~ ' as decimal(12, 1))' -%}
    {%- set digits = 'cast(abs(' ~ rounded ~ ') as string)' -%}
    case
        when {{ column }} is null then '–'
        else case when {{ rounded }} > 0 then '+' when {{ rounded }} < 0 then '−' else '' end
            || {{ digits ~ " || ' %'" if lang == 'en' else "replace(" ~ digits ~ ", '.', ',') || chr(160) || '%'" }}
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
