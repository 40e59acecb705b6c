{# Small cells. Expects columns place_level, suppress_from_level and small_cell_threshold in scope. #}
{% macro is_small_cell(column) -%}
    coalesce(
        place_level >= suppress_from_level and {{ column }} between 1 and small_cell_threshold - 1,
        false
    )
{%- endmacro %}

{# Whether a cell goes with the small ones of its sum (places beside each other): where one alone, or few people together, would
   be told by the rest. Cells are ordered by their number among those that are neither small nor empty. #}
{% macro goes_along(small, number, position, small_beside, few_beside) -%}
    coalesce(
        not {{ small }} and {{ number }} > 0 and {{ position }} = 1
        and ({{ small_beside }} = 1 or ({{ small_beside }} > 1 and {{ few_beside }} < small_cell_threshold)),
        false
    )
{%- endmacro %}
