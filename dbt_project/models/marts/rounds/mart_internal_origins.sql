-- Where people in the places came from, inside the country: a matrix of destination and origin, at each level of destination.
with origins as (
    select
        o.*,
        sum(case when o.item <> 'unknown' then o.individuals end) over (
            partition by o.round_key, o.place_code, o.population_category
        ) as all_origins,
        w.ancestor_code is not null as lies_within
    from {{ ref('int_part_population') }} as o
    left join {{ ref('int_place_ancestor') }} as w
        on o.round_key = w.round_key and o.place_code = w.place_code and o.item = w.ancestor_code
    where o.shown_in = 'origins'
)

select
    {{ part_place_columns('o') }},
    {{ part_category_columns('o') }},
    o.item as origin_code,
    o.item_level as origin_level,
    o.item_name_en as origin_name_en,
    o.item_name_ru as origin_name_ru,
    o.item_name_ky as origin_name_ky,
    case when o.item_level <= o.place_level then o.lies_within end as is_within_origin,
    {{ unless_withheld('o', 'o.individuals') }} as individuals,
    {{ households_unless_withheld('o') }} as households,
    -- Where only some origins are asked, the sum of those is no whole.
    case
        when o.item <> 'unknown' and not coalesce(o.is_table_withheld, o.is_suppressed) and coalesce(o.adds_up, 'whole') <> 'some'
            then o.individuals / nullif(o.all_origins, 0)
    end as share_of_origins,
    {{ share_of_total('o') }} as share_of_total,
    {{ unless_any_withheld('o', 'o.total_where_told') }} as total_where_told,
    {{ unless_any_withheld('o', 'o.category_total') }} as category_total,
    {{ part_end_columns('o') }}
from origins as o
order by o.round_key, o.place_level, o.place_code, o.population_category, o.item
