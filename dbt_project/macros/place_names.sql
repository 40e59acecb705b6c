{# How names of places are compared across rounds, over text columns: the same on every engine. #}

{# Lower case, no apostrophes, one space between words, Roman numbers as digits. #}
{% macro name_key(column) -%}
    {#- These two capitals have several small forms, of which each engine takes another. -#}
    {%- set small = "lower(translate(" ~ column ~ ", 'İΣ', 'iσ'))" -%}
    {%- set plain = "translate(" ~ small ~ ", " ~ text_literal("ё'`’‘ʼʹ´") ~ ", 'е')" -%}
    {%- set words = pattern_replaced(plain, '[^\\p{L}\\p{M}\\p{N}]+', ' ') -%}
    {%- set step = namespace(sql="' ' || " ~ words ~ " || ' '") -%}
    {%- for roman in ['i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix', 'x'] -%}
        {%- set step.sql = "replace(" ~ step.sql ~ ", ' " ~ roman ~ " ', ' " ~ loop.index ~ " ')" -%}
    {%- endfor -%}
    trim({{ step.sql }})
{%- endmacro %}

{# Of a name_key: Latin letters, without what spellings and alphabets differ in (Кок-Жар, Kok Jar and Kok-Zhar are one). #}
{% macro name_skeleton(column) -%}
    {%- set several = {'ц': 'ts', 'ч': 'ch', 'щ': 'sh', 'ш': 'sh', 'ю': 'iu', 'я': 'ia', ' ': ''} -%}
    {%- set sounds = {'dzh': 'j', 'zh': 'j', 'dj': 'j', 'kh': 'h', 'gh': 'g', 'tch': 'ch', 'ph': 'f', 'x': 'ks'} -%}
    {%- set step = namespace(sql=column) -%}
    {%- for letter, letters in several.items() -%}
        {%- set step.sql = "replace(" ~ step.sql ~ ", '" ~ letter ~ "', '" ~ letters ~ "')" -%}
    {%- endfor -%}
    {%- set cyrillic = 'абвгдежзийклмнопрстуфхыэңөүіїєғқұһәўҳҷъь' -%}
    {%- set step.sql = "translate(" ~ step.sql ~ ", '" ~ cyrillic ~ "', 'abvgdejziiklmnoprstufhienouiiegkuhauhj')" -%}
    {%- for letters, letter in sounds.items() -%}
        {%- set step.sql = "replace(" ~ step.sql ~ ", '" ~ letters ~ "', '" ~ letter ~ "')" -%}
    {%- endfor -%}
    {%- set step.sql = "translate(" ~ step.sql ~ ", 'ywq', 'ivk')" -%}
    {%- for letter in 'abcdefghijklmnoprstuvz' -%}
        {%- set step.sql = "replace(" ~ step.sql ~ ", '" ~ letter ~ letter ~ "', '" ~ letter ~ "')" -%}
    {%- endfor -%}
    replace(replace({{ step.sql }}, 'iu', 'u'), 'ui', 'u')
{%- endmacro %}

{# A name without what stands in brackets behind it (a remark, in the language of the delivery) and without hyphens, which
   bind: in «Жаңы-Айыл» the second word is no word for a village. #}
{% macro without_remark(column) -%}
    {{ pattern_replaced(column, '[ \\t\\n\\f\\r]*\\([^)]*\\)|[-‐‑‒–—−]', '') }}
{%- endmacro %}

{# A name_key without words for the kind of place, unless nothing else is left. #}
{% macro without_kind(key) -%}
    {%- set step = namespace(sql="' ' || " ~ key ~ " || ' '") -%}
    {%- for word in var('place_type_words') -%}
        {%- set step.sql = "replace(" ~ step.sql ~ ", " ~ text_literal(' ' ~ word ~ ' ') ~ ", ' ')" -%}
    {%- endfor -%}
    coalesce(nullif(trim({{ step.sql }}), ''), {{ key }})
{%- endmacro %}

{# Whether two skeletons are one name in the spellings of two languages: the same numbers, and one letter in five may differ. #}
{% macro nearly_one_name(one, other) -%}
    (
        {{ pattern_replaced(one, '[^0-9]+', ' ') }} = {{ pattern_replaced(other, '[^0-9]+', ' ') }}
        and {{ edits_between(one, other) }} <= least(length({{ one }}), length({{ other }})) / 5e0
    )
{%- endmacro %}
