-- Leaders: places of one level by a round's total. Equal totals share a rank, and the next rank is left out (1, 2, 2, 4).
with totals as (
    select p.*, r.geography_vintage
    from {{ ref('mart_population') }} as p
    inner join {{ source('reference', 'round') }} as r on p.round_key = r.round_key
    where p.sex = 'all' and p.age_group = 'all'
),

countries as (
    select round_key, population_category, individuals as country_individuals
    from totals
    where place_level = 0
),

places as (
    select t.*, c.country_individuals, t.individuals is not null as is_ranked
    from totals as t
    left join countries as c on t.round_key = c.round_key and t.population_category = c.population_category
    where t.place_level >= 1
),

ranked as (
    select
        *,
        case when is_ranked then rank() over by_individuals end as place_rank,
        is_ranked and count(*) over same_individuals > 1 as is_tied,
        count(individuals) over level_of_round as places_ranked,
        case when is_ranked then sum(individuals) over by_individuals end as cumulative_individuals,
        case when per_1000_residents is not null then rank() over by_rate end as per_1000_rank,
        per_1000_residents is not null and count(*) over same_rate > 1 as is_per_1000_tied
    from places
    window
        level_of_round as (partition by round_key, population_category, place_level),
        -- Equal totals are peers: the running sum takes them together, as the rank does.
        by_individuals as (partition by round_key, population_category, place_level, is_ranked order by individuals desc),
        same_individuals as (partition by round_key, population_category, place_level, individuals),
        by_rate as (
            partition by round_key, population_category, place_level, per_1000_residents is null
            order by per_1000_residents desc
        ),
        same_rate as (partition by round_key, population_category, place_level, per_1000_residents)
),

-- The same place in the round before, on the same boundaries: after a reform a rank speaks of other places.
earlier as (
    select r.round_key, m.place_code, e.population_category, e.place_rank, e.place_level
    from {{ ref('int_round_pair') }} as r
    inner join {{ ref('int_place_match') }} as m on r.round_key = m.round_key
    inner join ranked as e on r.previous_round_key = e.round_key and m.previous_place_code = e.place_code
    where not r.vintages_differ
)

select
    p.round_key,
    p.operation,
    p.component,
    p.place_code,
    p.place_level,
    p.parent_code,
    p.place_name_en,
    p.place_name_ru,
    p.place_name_ky,
    p.population_category,
    p.category_name_en,
    p.category_name_ru,
    p.category_name_ky,
    p.individuals,
    p.place_rank,
    p.is_tied,
    p.places_ranked,
    coalesce(p.place_rank <= 3, false) as is_leader,
    {{ rounded('p.individuals / nullif(p.country_individuals, 0)', 6) }} as share_of_country,
    {{ rounded('p.cumulative_individuals / nullif(p.country_individuals, 0)', 6) }} as cumulative_share,
    r.previous_round_key,
    e.place_rank as previous_rank,
    e.place_rank - p.place_rank as ranks_gained,
    p.per_1000_residents,
    p.per_1000_rank,
    p.is_per_1000_tied,
    p.value_status,
    p.is_suppressed,
    p.communities,
    p.coverage_of_frame_percent,
    p.window_start,
    p.window_end,
    p.is_synthetic
from ranked as p
left join {{ ref('int_round_pair') }} as r on p.round_key = r.round_key
left join earlier as e
    on p.round_key = e.round_key and p.place_code = e.place_code and p.population_category = e.population_category
    and p.place_level = e.place_level
order by p.round_key, p.population_category, p.place_level, p.place_rank, p.place_code
