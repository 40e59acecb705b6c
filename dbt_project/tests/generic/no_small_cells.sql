{# No mart with counts of people goes below the published level, shows a small cell, or shows what it withholds. #}
{% test no_small_cells(model, column_name) %}
    select m.round_key, m.place_code, m.place_level
    from {{ model }} as m
    inner join {{ ref('dim_operation') }} as o on m.operation = o.operation
    where
        m.place_level > o.finest_published_level
        or (m.is_suppressed and m.{{ column_name }} is not null)
        or (m.place_level >= o.suppress_from_level and m.{{ column_name }} between 1 and o.small_cell_threshold - 1)
{% endtest %}
