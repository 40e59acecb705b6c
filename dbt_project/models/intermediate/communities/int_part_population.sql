-- The parts of a category with their names, and whether they are withheld: the marts of parts show them. A withheld place has a
-- row for every part that the place above has: which of them it has itself is not told.
with withheld as (
    select * from {{ ref('int_cell_withheld') }}
    where table_code not in ('total', 'people')
),

withheld_totals as (
    select round_key, place_code, population_category
    from {{ ref('int_cell_withheld') }}
    where table_code = 'total'
),

-- What all parts of a place and dimension have in common.
wholes as (
    select
        round_key, operation, place_code, place_level, parent_code, place_name_en, place_name_ru, place_name_ky,
        population_category, dimension, window_start, window_end, is_synthetic, total_where_told, communities,
        category_total, value_status
    from (
        select
            *,
            row_number() over (partition by round_key, place_code, population_category, dimension order by item) as part_row
        from {{ ref('int_part_cell') }}
    ) as parts
    where part_row = 1
),

cells as (
    select
        round_key, operation, place_code, place_level, parent_code, place_name_en, place_name_ru, place_name_ky,
        population_category, dimension, item, individuals, households, individuals_with_total, window_start, window_end,
        is_synthetic, total_where_told, communities, category_total, value_status
    from {{ ref('int_part_cell') }}
    union all
    select
        c.round_key, c.operation, c.place_code, c.place_level, c.parent_code, c.place_name_en, c.place_name_ru, c.place_name_ky,
        c.population_category, c.dimension, w.item, null, null, null, c.window_start, c.window_end,
        c.is_synthetic, c.total_where_told, c.communities, c.category_total, c.value_status
    from withheld as w
    inner join wholes as c
        on w.round_key = c.round_key and w.place_code = c.place_code and w.population_category = c.population_category
        and w.table_code = c.dimension
    where w.is_added
),

-- Totals and shares of those who told rest on some communities only: beside withheld counts inside the place they would tell which.
closed as (
    select distinct round_key, place_code, population_category, table_code
    from {{ ref('int_place_withheld') }}
),

compared as (
    select
        s.*,
        w.round_key is not null as is_suppressed,
        -- A part that nobody can be in is shown beside the others: sums and shares are not.
        t.round_key is not null or bool_or(w.round_key is not null) over cells_of_place as is_table_withheld,
        coalesce(w.has_no_households, true) as shows_households,
        bool_or(s.value_status = 'reported') over cells_of_place as is_any_reported,
        k.round_key is not null and (s.total_where_told is distinct from s.category_total) as is_total_closed,
        d.round_key is not null and (s.individuals_with_total is distinct from s.individuals) as is_share_closed
    from cells as s
    left join withheld as w
        on s.round_key = w.round_key and s.place_code = w.place_code and s.population_category = w.population_category
        and s.dimension = w.table_code and s.item = w.item
    left join withheld_totals as t
        on s.round_key = t.round_key and s.place_code = t.place_code and s.population_category = t.population_category
    left join closed as k
        on s.round_key = k.round_key and s.place_code = k.place_code and s.population_category = k.population_category
        and k.table_code = 'total'
    left join closed as d
        on s.round_key = d.round_key and s.place_code = d.place_code and s.population_category = d.population_category
        and s.dimension = d.table_code
    window cells_of_place as (partition by s.round_key, s.place_code, s.population_category, s.dimension)
),

judged as (
    select
        round_key, operation, place_code, place_level, parent_code, place_name_en, place_name_ru, place_name_ky,
        population_category, dimension, item, individuals, households, window_start, window_end, is_synthetic, communities,
        category_total, is_suppressed, is_table_withheld, shows_households,
        case when not is_share_closed then individuals_with_total end as individuals_with_total,
        case when not is_total_closed then total_where_told end as total_where_told,
        -- Which parts were told is not told of a withheld place either.
        case when not is_suppressed then value_status when is_any_reported then 'reported' else 'derived' end as value_status,
        {{ is_all_of('item', '[0-9]{4}') }} as is_year
    from compared
)

select
    s.*,
    v.communities as communities_assessed,
    v.communities_in_frame,
    v.coverage_of_frame_percent,
    coalesce(c.category_name_en, s.population_category) as category_name_en,
    coalesce(c.category_name_ru, s.population_category) as category_name_ru,
    coalesce(c.category_name_ky, s.population_category) as category_name_ky,
    coalesce(d.dimension_name_en, s.dimension) as dimension_name_en,
    coalesce(d.dimension_name_ru, s.dimension) as dimension_name_ru,
    coalesce(d.dimension_name_ky, s.dimension) as dimension_name_ky,
    d.adds_up,
    coalesce(i.item_name_en, n.country_name_en, o.place_name_en, s.item) as item_name_en,
    coalesce(i.item_name_ru, n.country_name_ru, o.place_name_ru, s.item) as item_name_ru,
    coalesce(i.item_name_ky, n.country_name_ky, o.place_name_ky, s.item) as item_name_ky,
    o.place_level as item_level,
    case
        when s.dimension = 'year' and s.population_category = 'returned' and s.is_year then 'returns'
        when s.dimension = 'year' and s.population_category = 'emigrant' and s.is_year then 'departures'
        when s.dimension = 'country' and c.link_type is not null then 'country_links'
        when s.dimension = 'origin' then 'origins'
        when s.dimension = 'reason' then 'reasons'
        else 'breakdown'
    end as shown_in,
    c.link_type
from judged as s
left join {{ ref('population_categories') }} as c on s.population_category = c.population_category
left join {{ source('reference', 'part_dimension') }} as d
    on s.operation = d.operation and s.dimension = d.dimension
left join {{ source('reference', 'part_item') }} as i
    on s.operation = i.operation and s.dimension = i.dimension and s.item = i.item
left join {{ source('reference', 'country') }} as n on s.dimension = 'country' and s.item = n.country_iso3
left join {{ ref('int_place_name') }} as o on s.dimension <> 'country' and s.round_key = o.round_key and s.item = o.place_code
left join {{ ref('int_place_coverage') }} as v on s.round_key = v.round_key and s.place_code = v.place_code
