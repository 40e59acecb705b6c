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

{# What goes_along() asks of a cell of parts, as columns: small ones beside it, their people, and its own place in the order.
   `siblings` are the columns that name the cells of one sum. Expects is_parts_small, individuals, place_code in scope. #}
{% macro small_parts_beside(siblings) -%}
    count(*) filter (where is_parts_small and individuals > 0) over (partition by {{ siblings }}) as small_beside,
    sum(individuals) filter (where is_parts_small) over (partition by {{ siblings }}) as few_beside,
    row_number() over (
        partition by {{ siblings }}, is_parts_small or coalesce(individuals, 0) = 0
        order by individuals, place_code
    ) as place_order
{%- endmacro %}
