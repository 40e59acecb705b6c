{# Text where DuckDB and Spark differ: literals, patterns and joined lists. Arguments are SQL, but literals and patterns: those
   are given as they read. Patterns keep to what all engines know: classes, groups, {n}, *, +, ? and \p{…}. #}

{# A text as a literal: a backslash escapes on Spark, and a quote is doubled on DuckDB. #}
{% macro text_literal(value) -%}
    {{ adapter.dispatch('text_literal', 'mtm')(value) }}
{%- endmacro %}

{% macro default__text_literal(value) -%}
    '{{ value | string | replace("'", "''") }}'
{%- endmacro %}

{% macro spark__text_literal(value) -%}
    '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}

{# Every place where the pattern is found, replaced by a text that holds no reference to a group. #}
{% macro pattern_replaced(column, pattern, by) -%}
    {{ adapter.dispatch('pattern_replaced', 'mtm')(column, pattern, by) }}
{%- endmacro %}

{% macro default__pattern_replaced(column, pattern, by) -%}
    regexp_replace({{ column }}, {{ text_literal(pattern) }}, {{ text_literal(by) }}, 'g')
{%- endmacro %}

{% macro spark__pattern_replaced(column, pattern, by) -%}
    regexp_replace({{ column }}, {{ text_literal(pattern) }}, {{ text_literal(by) }})
{%- endmacro %}

{# Whether the whole text is of the pattern. #}
{% macro is_all_of(column, pattern) -%}
    {{ adapter.dispatch('is_all_of', 'mtm')(column, pattern) }}
{%- endmacro %}

{% macro default__is_all_of(column, pattern) -%}
    regexp_full_match({{ column }}, {{ text_literal(pattern) }})
{%- endmacro %}

{% macro spark__is_all_of(column, pattern) -%}
    regexp_like({{ column }}, {{ text_literal('\\A(?:' ~ pattern ~ ')\\z') }})
{%- endmacro %}

{# An aggregate: the texts of a group in one, in an order of one column or more. What is null is left out. #}
{% macro joined(text, separator, order) -%}
    {{ adapter.dispatch('joined', 'mtm')(text, separator, order) }}
{%- endmacro %}

{% macro default__joined(text, separator, order) -%}
    string_agg({{ text }}, {{ text_literal(separator) }} order by {{ order }})
{%- endmacro %}

{% macro spark__joined(text, separator, order) -%}
    listagg({{ text }}, {{ text_literal(separator) }}) within group (order by {{ order }})
{%- endmacro %}

{# How many bytes of UTF-8 must change to make one text of the other. Spark counts letters: it is given a letter per byte. #}
{% macro edits_between(one, other) -%}
    {{ adapter.dispatch('edits_between', 'mtm')(one, other) }}
{%- endmacro %}

{% macro default__edits_between(one, other) -%}
    levenshtein({{ one }}, {{ other }})
{%- endmacro %}

{% macro spark__edits_between(one, other) -%}
    levenshtein(
        decode(encode({{ one }}, 'UTF-8'), 'ISO-8859-1'), decode(encode({{ other }}, 'UTF-8'), 'ISO-8859-1')
    )
{%- endmacro %}
