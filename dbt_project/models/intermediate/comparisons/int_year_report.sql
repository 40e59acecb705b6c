-- What each round says of a year, as the marts show it: one shape for returns, departures and the years of other categories.
with reports as (
    select
        round_key, operation, place_code, place_level, parent_code, place_name_en, place_name_ru, place_name_ky,
        'returned' as population_category, return_year as reference_year, individuals, value_status, is_suppressed,
        window_start, window_end, is_synthetic
    from {{ ref('mart_returns_by_year') }}
    union all
    select
        round_key, operation, place_code, place_level, parent_code, place_name_en, place_name_ru, place_name_ky,
        'emigrant', departure_year, individuals, value_status, is_suppressed, window_start, window_end, is_synthetic
    from {{ ref('mart_departures_by_year') }}
    union all
    select
        round_key, operation, place_code, place_level, parent_code, place_name_en, place_name_ru, place_name_ky,
        population_category, try_cast(item as integer), individuals, value_status, is_suppressed, window_start, window_end, is_synthetic
    from {{ ref('mart_population_breakdown') }}
    where dimension = 'year' and {{ is_all_of('item', '[0-9]{4}') }}
),

communities as (
    select y.round_key, t.ancestor_code as place_code, y.population_category, y.reference_year, count(y.individuals) as communities
    from {{ ref('int_community_year') }} as y
    inner join {{ ref('int_community_tree') }} as t on y.round_key = t.round_key and y.place_code = t.community_code
    group by y.round_key, t.ancestor_code, y.population_category, y.reference_year
)

select
    r.*,
    o.component,
    o.round_number,
    -- Places are the same over rounds only on the same boundaries; the country is always the country.
    case when r.place_level = 0 then 'any' else coalesce(o.geography_vintage, 'observed') end as vintage,
    coalesce(s.series, '1') as series,
    coalesce(
        not (
            r.window_start <= make_date(r.reference_year, 1, 1) and r.window_end >= make_date(r.reference_year, 12, 31)
        ),
        true
    ) as is_partial_year,
    coalesce(c.communities, 0) as communities
from reports as r
inner join {{ source('reference', 'round') }} as o on r.round_key = o.round_key
left join communities as c
    on r.round_key = c.round_key and r.place_code = c.place_code
    and r.population_category = c.population_category and r.reference_year = c.reference_year
left join {{ source('reference', 'indicator_comparability') }} as s
    on r.round_key = s.round_key and s.indicator_code = 'stock.' || r.population_category
