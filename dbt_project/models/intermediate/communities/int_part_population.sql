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

added as (
    select c.* replace (
        w.item as item, null::bigint as individuals, null::bigint as households, null::bigint as individuals_with_total
    )
    from withheld as w
    inner join (
        select * from {{ ref('int_part_cell') }}
        qualify row_number() over (partition by round_key, place_code, population_category, dimension order by item) = 1
    ) as c
        on w.round_key = c.round_key and w.place_code = c.place_code and w.population_category = c.population_category
        and w.table_code = c.dimension
    where w.is_added
),

cells as (
    select * from {{ ref('int_part_cell') }}
    union all by name
    select * from added
),

-- Totals and shares of those who told rest on some communities only: beside withheld counts inside the place they would tell which.
closed as (
    select
        round_key, place_code, population_category,
        bool_or(table_code = 'total') as is_total_closed,
        list(distinct table_code) as closed_tables
    from {{ ref('int_place_withheld') }}
    group by round_key, place_code, population_category
),

judged as (
    select
        c.* replace (
            case when not is_total_closed_here then c.total_where_told end as total_where_told,
            case when not is_share_closed_here then c.individuals_with_total end as individuals_with_total,
            -- Which parts were told is not told of a withheld place either.
            case when not is_suppressed then c.value_status when is_any_reported then 'reported' else 'derived' end as value_status
        )
    from (
        select
            s.*,
            w.round_key is not null as is_suppressed,
            -- A part that nobody can be in is shown beside the others: sums and shares are not.
            t.round_key is not null or bool_or(w.round_key is not null) over cells_of_place as is_table_withheld,
            coalesce(w.has_no_households, true) as shows_households,
            bool_or(s.value_status = 'reported') over cells_of_place as is_any_reported,
            coalesce(k.is_total_closed and s.total_where_told is distinct from s.category_total, false)
                as is_total_closed_here,
            coalesce(list_contains(k.closed_tables, s.dimension), false)
            and (s.individuals_with_total is distinct from s.individuals) as is_share_closed_here
        from cells as s
        left join withheld as w
            on s.round_key = w.round_key and s.place_code = w.place_code and s.population_category = w.population_category
            and s.dimension = w.table_code and s.item = w.item
        left join withheld_totals as t
            on s.round_key = t.round_key and s.place_code = t.place_code and s.population_category = t.population_category
        left join closed as k
            on s.round_key = k.round_key and s.place_code = k.place_code and s.population_category = k.population_category
        window cells_of_place as (partition by s.round_key, s.place_code, s.population_category, s.dimension)
    ) as c
)

select
    s.* exclude (category_households, is_total_closed_here, is_share_closed_here, is_any_reported),
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
        when s.dimension = 'year' and s.population_category = 'returned' and is_year then 'returns'
        when s.dimension = 'year' and s.population_category = 'emigrant' and is_year then 'departures'
        when s.dimension = 'country' and c.link_type is not null then 'country_links'
        when s.dimension = 'origin' then 'origins'
        when s.dimension = 'reason' then 'reasons'
        else 'breakdown'
    end as shown_in,
    c.link_type
from (select *, regexp_full_match(item, '[0-9]{4}') as is_year from judged) as s
left join {{ ref('population_categories') }} as c on s.population_category = c.population_category
left join {{ source('reference', 'part_dimension') }} as d
    on s.operation = d.operation and s.dimension = d.dimension
left join {{ source('reference', 'part_item') }} as i
    on s.operation = i.operation and s.dimension = i.dimension and s.item = i.item
left join {{ source('reference', 'country') }} as n on s.dimension = 'country' and s.item = n.country_iso3
left join {{ ref('int_place_name') }} as o on s.dimension <> 'country' and s.round_key = o.round_key and s.item = o.place_code
left join {{ ref('int_place_coverage') }} as v on s.round_key = v.round_key and s.place_code = v.place_code
