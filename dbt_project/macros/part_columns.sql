{# Columns that every mart of parts (years, countries, origins, reasons, …) has, from int_part_population. #}

{% macro part_place_columns(p) -%}
    {{ p }}.round_key,
    {{ p }}.operation,
    {{ p }}.place_code,
    {{ p }}.place_level,
    {{ p }}.parent_code,
    {{ p }}.place_name_en,
    {{ p }}.place_name_ru,
    {{ p }}.place_name_ky
{%- endmacro %}

{% macro part_category_columns(p) -%}
    {{ p }}.population_category,
    {{ p }}.category_name_en,
    {{ p }}.category_name_ru,
    {{ p }}.category_name_ky
{%- endmacro %}

{# A value, unless it is withheld. #}
{% macro unless_withheld(p, value) -%}
    case when not {{ p }}.is_suppressed then {{ value }} end
{%- endmacro %}

{# Households go with the people, but where nobody can have any. #}
{% macro households_unless_withheld(p) -%}
    case when not {{ p }}.is_suppressed or {{ p }}.shows_households then {{ p }}.households end
{%- endmacro %}

{# A sum over the parts of a place, or a share of one, unless any of them is withheld. #}
{% macro unless_any_withheld(p, value) -%}
    case when not coalesce({{ p }}.is_table_withheld, {{ p }}.is_suppressed) then {{ value }} end
{%- endmacro %}

{# Of the people whom the communities counted that told parts at all. A part that is larger than its whole has no share. #}
{% macro share_of_total(p) -%}
    case
        when not coalesce({{ p }}.is_table_withheld, {{ p }}.is_suppressed) and {{ p }}.individuals_with_total <= {{ p }}.total_where_told
            then {{ p }}.individuals_with_total / nullif({{ p }}.total_where_told, 0)
    end
{%- endmacro %}

{% macro part_end_columns(p) -%}
    {{ p }}.value_status,
    {{ p }}.is_suppressed,
    {{ p }}.communities,
    {{ p }}.communities_assessed,
    {{ p }}.communities_in_frame,
    {{ p }}.coverage_of_frame_percent,
    {{ p }}.window_start,
    {{ p }}.window_end,
    {{ p }}.is_synthetic
{%- endmacro %}

{# Whether the reference window holds the whole calendar year in the column `item`. #}
{% macro is_whole_year(p) -%}
    coalesce(
        {{ p }}.window_start <= make_date({{ p }}.item::integer, 1, 1)
        and {{ p }}.window_end >= make_date({{ p }}.item::integer, 12, 31),
        false
    )
{%- endmacro %}
