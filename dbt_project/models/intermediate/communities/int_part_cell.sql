-- The parts of a category (year, country, reason, origin, …) at every published level, unsuppressed: never published as they are.
-- Only whole parts: a part by sex or age would count its people twice.
-- Communities that gave no total of a category: what they told of its parts is in no share.
with without_total as (
    select round_key, place_code, population_category
    from {{ ref('int_community_population') }}
    where individuals is null and round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

-- A line per community and part would be as long as the delivery.
parts as (
    select
        q.round_key,
        w.way,
        q.population_category,
        q.dimension,
        q.item,
        sum(case when q.unit = 'individuals' then q.value end) as individuals,
        sum(case when q.unit = 'households' then q.value end) as households,
        -- What a share is made of: communities that gave a total beside their parts.
        sum(case when q.unit = 'individuals' and n.round_key is null then q.value end) as individuals_with_total,
        {{ status_flags() }}
    from (
        select
            p.round_key,
            p.place_code,
            p.population_category,
            p.dimension,
            -- Two words for a country that nobody told are one part.
            case
                when p.dimension = 'country' and lower(coalesce(p.item, 'unknown')) = 'unknown' then 'UNKNOWN'
                else coalesce(p.item, 'unknown')
            end as item,
            p.unit,
            case when p.is_counted then p.value end as value,
            p.value_status
        from {{ ref('int_chosen_count') }} as p
        where p.dimension not in ('total', 'sex', 'age', 'sex_age') and p.sex = 'all' and p.age_group = 'all'
    ) as q
    inner join {{ ref('int_place_way') }} as w on q.round_key = w.round_key and q.place_code = w.place_code
    left join without_total as n
        on q.round_key = n.round_key and q.place_code = n.place_code and q.population_category = n.population_category
    group by q.round_key, w.way, q.population_category, q.dimension, q.item
),

rolled as (
    select
        q.round_key,
        a.place_code,
        q.population_category,
        q.dimension,
        q.item,
        sum(q.individuals)::bigint as individuals,
        sum(q.households)::bigint as households,
        sum(q.individuals_with_total)::bigint as individuals_with_total,
        {{ rolled_flags('q') }}
    from parts as q
    inner join {{ ref('int_way_place') }} as a on q.round_key = a.round_key and q.way = a.way
    group by q.round_key, a.place_code, q.population_category, q.dimension, q.item
),

-- Communities that told any part of the dimension: those who left it blank are no part of what it is a share of. Of a place
-- with several sites all count, as one row may tell the parts for the others.
told as (
    select distinct p.round_key, p.place_code, p.population_category, p.dimension
    from {{ ref('int_chosen_count') }} as p
    where
        p.dimension not in ('total', 'sex', 'age', 'sex_age') and p.sex = 'all' and p.age_group = 'all'
        and p.unit = 'individuals' and p.is_counted
),

told_of_way as (
    select
        q.round_key, w.way, q.population_category, q.dimension,
        sum(c.individuals) as total_where_told, count(*) as communities
    from told as q
    inner join {{ ref('int_community_population') }} as c
        on q.round_key = c.round_key and q.place_code = c.place_code and q.population_category = c.population_category
    inner join {{ ref('int_place_way') }} as w on q.round_key = w.round_key and q.place_code = w.place_code
    where c.round_key in (select round_key from {{ source('control', 'round_to_build') }})
    group by q.round_key, w.way, q.population_category, q.dimension
),

told_totals as (
    select
        q.round_key, a.place_code, q.population_category, q.dimension,
        sum(q.total_where_told)::bigint as total_where_told, sum(q.communities)::bigint as communities
    from told_of_way as q
    inner join {{ ref('int_way_place') }} as a on q.round_key = a.round_key and q.way = a.way
    group by q.round_key, a.place_code, q.population_category, q.dimension
),

category_totals as (
    select
        c.round_key,
        a.ancestor_code as place_code,
        c.population_category,
        sum(c.individuals)::bigint as category_total,
        sum(c.households)::bigint as category_households
    from {{ ref('int_community_population') }} as c
    inner join {{ ref('int_place_ancestor') }} as a on c.round_key = a.round_key and c.place_code = a.place_code
    where a.is_published
    group by c.round_key, a.ancestor_code, c.population_category
),

final as (
    select
        r.round_key,
        t.operation,
        r.place_code,
        p.place_level,
        p.parent_code,
        p.place_name_en,
        p.place_name_ru,
        p.place_name_ky,
        r.population_category,
        r.dimension,
        r.item,
        r.individuals,
        r.households,
        r.individuals_with_total,
        t.window_start,
        t.window_end,
        t.is_synthetic,
        g.total_where_told,
        coalesce(g.communities, 0) as communities,
        h.category_total,
        h.category_households,
        {{ value_status() }} as value_status
    from rolled as r
    inner join {{ ref('int_place_observed') }} as p on r.round_key = p.round_key and r.place_code = p.place_code
    inner join {{ source('reference', 'round') }} as t on r.round_key = t.round_key
    left join told_totals as g
        on r.round_key = g.round_key and r.place_code = g.place_code
        and r.population_category = g.population_category and r.dimension = g.dimension
    left join category_totals as h
        on r.round_key = h.round_key and r.place_code = h.place_code and r.population_category = h.population_category
)

select * from final
