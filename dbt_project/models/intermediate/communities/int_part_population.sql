-- The parts of a category (year, country, reason, origin, …) at every published level, small cells marked but not yet
-- withheld: the marts below do that. Only whole parts: a part by sex or age would count its people twice.
with rounds as (
    select r.*, o.small_cell_threshold, o.suppress_from_level
    from {{ source('reference', 'round') }} as r
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
),

chosen as (
    select * from {{ ref('int_informant_choice') }} where is_chosen
),

communities as (
    select
        round_key, place_code, population_category,
        sum(individuals) as community_individuals, sum(households) as community_households
    from chosen
    group by round_key, place_code, population_category
),

delivered as (
    select
        p.*,
        -- Two words for a country that nobody told are one part.
        case
            when p.dimension = 'country' and lower(coalesce(p.item, 'unknown')) = 'unknown' then 'UNKNOWN'
            else coalesce(p.item, 'unknown')
        end as part
    from {{ ref('stg_canonical__population') }} as p
    inner join chosen as c
        on p.round_key = c.round_key and p.row_id = c.row_id and p.population_category = c.population_category
    where p.dimension not in ('total', 'sex', 'age', 'sex_age') and p.sex = 'all' and p.age_group = 'all'
),

parts as (
    select
        round_key,
        row_id,
        place_code,
        population_category,
        dimension,
        part as item,
        {{ counted('individuals') }} as individuals,
        {{ counted('households') }} as households,
        {{ status_flags() }}
    from delivered
    group by round_key, row_id, place_code, population_category, dimension, part
),

rolled as (
    select
        q.round_key,
        a.ancestor_code as place_code,
        q.population_category,
        q.dimension,
        q.item,
        sum(q.individuals)::bigint as individuals,
        sum(q.households)::bigint as households,
        -- What a share is made of: communities that gave a total beside their parts.
        sum(case when c.community_individuals is not null then q.individuals end)::bigint as individuals_with_total,
        {{ rolled_flags('q') }}
    from parts as q
    inner join communities as c
        on q.round_key = c.round_key and q.place_code = c.place_code and q.population_category = c.population_category
    inner join {{ ref('int_place_ancestor') }} as a on q.round_key = a.round_key and q.place_code = a.place_code
    where a.is_published
    group by q.round_key, a.ancestor_code, q.population_category, q.dimension, q.item
),

-- Communities that told any part of the dimension: those who left it blank are no part of what it is a share of. Of a place
-- with several sites all count, as one row may tell the parts for the others.
told as (
    select distinct round_key, place_code, population_category, dimension
    from parts
    where individuals is not null
),

told_totals as (
    select
        q.round_key,
        a.ancestor_code as place_code,
        q.population_category,
        q.dimension,
        sum(c.community_individuals)::bigint as total_where_told,
        count(*) as communities
    from told as q
    inner join communities as c
        on q.round_key = c.round_key and q.place_code = c.place_code and q.population_category = c.population_category
    inner join {{ ref('int_place_ancestor') }} as a on q.round_key = a.round_key and q.place_code = a.place_code
    where a.is_published
    group by q.round_key, a.ancestor_code, q.population_category, q.dimension
),

category_totals as (
    select
        c.round_key,
        a.ancestor_code as place_code,
        c.population_category,
        sum(c.community_individuals)::bigint as category_total,
        sum(c.community_households)::bigint as category_households
    from communities as c
    inner join {{ ref('int_place_ancestor') }} as a on c.round_key = a.round_key and c.place_code = a.place_code
    where a.is_published
    group by c.round_key, a.ancestor_code, c.population_category
),

withheld_totals as (
    select round_key, place_code, population_category
    from {{ ref('mart_population') }}
    where sex = 'all' and age_group = 'all' and is_suppressed
),

small as (
    select
        r.* exclude (place_code),
        p.* exclude (round_key, operation, geography_vintage),
        t.* exclude (round_key),
        g.total_where_told,
        coalesce(g.communities, 0) as communities,
        h.category_total,
        {{ value_status() }} as value_status,
        -- A part, what it leaves of the total, and a total that is itself withheld.
        {{ is_small_cell('r.individuals') }} or {{ is_small_cell('r.households') }}
        or {{ is_small_cell('(g.total_where_told - r.individuals)') }}
        or {{ is_small_cell('g.total_where_told') }}
        or {{ is_small_cell('h.category_total') }} or {{ is_small_cell('h.category_households') }}
        or w.round_key is not null as is_small
    from rolled as r
    inner join {{ ref('int_place_observed') }} as p on r.round_key = p.round_key and r.place_code = p.place_code
    inner join rounds as t on r.round_key = t.round_key
    left join told_totals as g
        on r.round_key = g.round_key and r.place_code = g.place_code
        and r.population_category = g.population_category and r.dimension = g.dimension
    left join category_totals as h
        on r.round_key = h.round_key and r.place_code = h.place_code and r.population_category = h.population_category
    -- A total that goes with a small neighbour takes its parts along.
    left join withheld_totals as w
        on r.round_key = w.round_key and r.place_code = w.place_code and r.population_category = w.population_category
),

-- One small part withholds the parts of the place: it could be told from its neighbours.
marked as (
    select *, bool_or(is_small) over (partition by round_key, place_code, population_category, dimension) as is_parts_small
    from small
),

-- So it could from the same part of the places beside it and of the place above.
beside as (
    select
        *,
        {{ small_parts_beside('round_key, population_category, dimension, item, place_level, parent_code') }}
    from marked
),

withheld as (
    select
        *,
        is_parts_small or bool_or(
            {{ goes_along('is_parts_small', 'individuals', 'place_order', 'small_beside', 'few_beside') }}
        ) over (partition by round_key, place_code, population_category, dimension) as is_suppressed
    from beside
)

select
    s.* exclude (is_parts_small, small_beside, few_beside, place_order),
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
from (select *, regexp_full_match(item, '[0-9]{4}') as is_year from withheld) as s
left join {{ ref('population_categories') }} as c on s.population_category = c.population_category
left join {{ source('reference', 'part_dimension') }} as d
    on s.operation = d.operation and s.dimension = d.dimension
left join {{ source('reference', 'part_item') }} as i
    on s.operation = i.operation and s.dimension = i.dimension and s.item = i.item
left join {{ source('reference', 'country') }} as n on s.dimension = 'country' and s.item = n.country_iso3
left join {{ ref('int_place_name') }} as o on s.dimension <> 'country' and s.round_key = o.round_key and s.item = o.place_code
left join {{ ref('int_place_coverage') }} as v on s.round_key = v.round_key and s.place_code = v.place_code
