-- All counts of the rounds to build that small ones are withheld of, in one shape: the cells of int_cell_withheld. An operation that
-- publishes no level where small counts are withheld has none.
with guarded as (
    select
        operation, suppress_from_level, small_cell_threshold,
        coalesce(width_people, 10) as width_people, coalesce(width_share, 2e-1) as width_share, sensitive_parts
    from {{ source('reference', 'operation') }}
    where finest_published_level >= suppress_from_level
),

cells as (
    select
        round_key, operation, population_category, if(is_total, 'total', 'people') as table_code,
        sex || '|' || age_group as item, place_code, place_level, parent_code, individuals, households,
        cast(null as bigint) as total_where_told
    from {{ ref('int_population_cell') }}
    union all
    select
        round_key, operation, population_category, dimension, item, place_code, place_level, parent_code,
        individuals, households, total_where_told
    from {{ ref('int_part_cell') }}
)

select
    c.round_key, c.operation, c.population_category, c.table_code, c.item, c.place_code, c.place_level, c.parent_code,
    c.individuals, c.households, c.total_where_told, g.suppress_from_level, g.small_cell_threshold, g.width_people,
    g.width_share, g.sensitive_parts
from cells as c
inner join guarded as g on c.operation = g.operation
order by c.round_key, c.population_category, c.table_code, c.place_code, c.item
