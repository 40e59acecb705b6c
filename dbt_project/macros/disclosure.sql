{# Small cells. Expects columns place_level, suppress_from_level and small_cell_threshold in scope. #}
{% macro is_small_cell(column) -%}
    coalesce(
        place_level >= suppress_from_level and {{ column }} between 1 and small_cell_threshold - 1,
        false
    )
{%- endmacro %}
