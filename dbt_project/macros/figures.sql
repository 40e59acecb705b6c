{# The shape of a figure (int_figures), so that topics can be stacked. Arguments are SQL; `item`, `part` and `text` are the
   stems of name columns in three languages (`place_name` for place_name_en, _ru, _ky); `judged` where the mart itself says
   how the figure stands to the round before. #}

{% macro figure(
    code, family, value, indicator=none, item=none, part=none, text=none, text_code=none, tied=none,
    n=none, ci_low=none, ci_high=none, as_of=none, other_round=none, judged=false
) -%}
    round_key,
    {{ code }} as figure_code,
    {{ family }} as figure_family,
    {{ indicator or 'cast(null as string)' }} as indicator_code,
    {%- for stem, column in [('item_name', item), ('part_name', part), ('value_text', text)] %}
    {%- for language in ['en', 'ru', 'ky'] %}
    {{ column ~ '_' ~ language if column else 'cast(null as string)' }} as {{ stem }}_{{ language }},
    {%- endfor %}
    {%- endfor %}
    {{ text_code or 'cast(null as string)' }} as value_code,
    cast({{ tied or 'null' }} as integer) as tied,
    -- Estimates are kept to ten digits; a percentage of them to eight.
    {{ rounded('cast(' ~ value ~ ' as double)', 8) }} as value_number,
    cast({{ n or 'null' }} as bigint) as n,
    {{ rounded('cast(' ~ (ci_low or 'null') ~ ' as double)', 8) }} as ci_low,
    {{ rounded('cast(' ~ (ci_high or 'null') ~ ' as double)', 8) }} as ci_high,
    cast({{ as_of or 'null' }} as date) as as_of,
    cast({{ other_round or 'null' }} as string) as other_round_key,
    {%- for column in ['comparability', 'comparability_reason_en', 'comparability_reason_ru', 'comparability_reason_ky'] %}
    {{ column if judged else 'cast(null as string)' }} as mart_{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# A name or a definition with what it speaks of in the place of {item} and {part}. #}
{% macro filled(template, item, part) -%}
    replace(replace({{ template }}, '{item}', coalesce({{ item }}, '')), '{part}', coalesce({{ part }}, ''))
{%- endmacro %}
