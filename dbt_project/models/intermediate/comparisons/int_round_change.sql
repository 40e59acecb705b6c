-- The change of each category and place between two rounds, taken apart. Unsuppressed: never published as it is.
with basis as (
    select * from {{ ref('int_pair_basis') }}
),

years as (
    select
        y.round_key, y.population_category, y.previous_place_code, y.place_code,
        sum(case when y.is_whole and y.individuals is not null then y.previous_individuals end) as whole_before,
        sum(case when y.is_whole and y.previous_individuals is not null then y.individuals end) as whole_after,
        coalesce(sum(case when not y.is_whole then y.individuals end), 0)
        - coalesce(sum(case when not y.is_whole then y.previous_individuals end), 0) as outside
    from {{ ref('int_pair_year') }} as y
    group by y.round_key, y.population_category, y.previous_place_code, y.place_code
),

-- Communities that gave years at all: with those the like-for-like figure makes up what the round says of the years.
told_years as (
    select distinct round_key, place_code, population_category
    from {{ ref('int_community_year') }}
    where individuals is not null
),

communities as (
    select
        c.*,
        b.basis,
        b.basis = 'whole_total' or e.round_key is not null as is_told_before,
        b.basis = 'whole_total' or l.round_key is not null as is_told_after,
        case
            when c.community_status <> 'common' then null
            when b.basis = 'whole_total' then c.previous_individuals
            when b.basis = 'same_years' then y.whole_before
        end as like_before,
        case
            when c.community_status <> 'common' then null
            when b.basis = 'whole_total' then c.individuals
            when b.basis = 'same_years' then y.whole_after
        end as like_after,
        case when c.community_status = 'common' and b.basis = 'same_years' then coalesce(y.outside, 0) end as outside
    from {{ ref('int_pair_community') }} as c
    inner join basis as b on c.round_key = b.round_key and c.population_category = b.population_category
    left join years as y
        on c.round_key = y.round_key and c.population_category = y.population_category
        and c.previous_place_code = y.previous_place_code and c.place_code = y.place_code
    left join told_years as e
        on b.previous_round_key = e.round_key and c.previous_place_code = e.place_code
        and c.population_category = e.population_category
    left join told_years as l
        on c.round_key = l.round_key and c.place_code = l.place_code and c.population_category = l.population_category
),

placed as (
    select
        c.*, p.place_code as target_code, p.place_level, p.is_uncertain, p.is_moved
    from communities as c
    inner join {{ ref('int_pair_place') }} as p
        on c.round_key = p.round_key
        and c.previous_place_code is not distinct from p.previous_place_code
        and c.place_code is not distinct from p.community_code
),

-- Communities that left a place by a reform: with those that came they are all that tells its old total from its new one.
left_place as (
    select c.round_key, c.population_category, p.own_place_code as target_code, count(*) as communities
    from communities as c
    inner join {{ ref('int_pair_place') }} as p
        on c.round_key = p.round_key
        and c.previous_place_code = p.previous_place_code and c.place_code is not distinct from p.community_code
    where p.is_moved and c.previous_individuals is not null and p.own_place_code is not null
    group by c.round_key, c.population_category, p.own_place_code
),

summed as (
    select
        round_key,
        population_category,
        target_code as place_code,
        min(place_level) as place_level,
        max(community_level) as community_level,
        bool_or(is_uncertain) as is_uncertain,
        cast(sum(previous_individuals) as bigint) as previous_individuals,
        cast(sum(individuals) as bigint) as individuals,
        cast(sum(previous_households) as bigint) as previous_households,
        cast(sum(households) as bigint) as households,
        count(case when community_status = 'common' then 1 end) as common_communities,
        count(case when community_status = 'new' then 1 end) as new_communities,
        count(case when community_status = 'gone' then 1 end) as gone_communities,
        count(case when is_doubtful then 1 end) as unmatched_communities,
        count(case when like_before is not null and like_after is not null then 1 end) as like_communities,
        count(
            case when previous_individuals is not null and is_told_before and (like_before is null or like_after is null) then 1 end
        ) as rest_before,
        count(
            case when individuals is not null and is_told_after and (like_before is null or like_after is null) then 1 end
        ) as rest_after,
        count(case when is_moved and previous_individuals is not null then 1 end) as moved_communities,
        cast(sum(case when community_status = 'common' then previous_individuals end) as bigint) as common_previous,
        cast(sum(case when community_status = 'common' then individuals end) as bigint) as common_individuals,
        cast(sum(case when community_status = 'new' then individuals end) as bigint) as new_individuals,
        cast(sum(case when community_status = 'gone' then previous_individuals end) as bigint) as gone_individuals,
        cast(sum(case when like_after is not null then like_before end) as bigint) as like_before,
        cast(sum(case when like_before is not null then like_after end) as bigint) as like_after,
        cast(sum(outside) as bigint) as outside,
        count(case when like_before > 0 and like_after is not null then 1 end) as ratio_communities
    from placed
    group by round_key, population_category, target_code
),

-- How the ratios of the communities are spread. Reckoned here: percentile_cont ends in other digits on each engine.
ratios as (
    select
        round_key, population_category, target_code, like_after / like_before as ratio,
        row_number() over (
            partition by round_key, population_category, target_code order by like_after / like_before
        ) - 1 as ratio_order,
        count(*) over (partition by round_key, population_category, target_code) - 1 as last_order
    from placed
    where like_before > 0 and like_after is not null
),

-- A share of the way from the smallest to the largest lies on a ratio or between two.
spread as (
    select
        round_key, population_category, target_code,
        {%- for name, share in [('p5', '0.05e0'), ('median', '0.5e0'), ('p95', '0.95e0')] %}
        {%- set way = share ~ ' * max(last_order)' %}
        max(case when ratio_order = floor({{ share }} * last_order) then ratio end) * (1 - ({{ way }} - floor({{ way }})))
        + max(case when ratio_order = ceil({{ share }} * last_order) then ratio end) * ({{ way }} - floor({{ way }})) as ratio_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ratios
    group by round_key, population_category, target_code
)

select
    s.round_key, s.population_category, s.place_code, s.place_level, s.community_level, s.is_uncertain,
    s.previous_individuals, s.individuals, s.previous_households, s.households, s.common_communities, s.new_communities,
    s.gone_communities, s.unmatched_communities, s.like_communities, s.rest_before, s.rest_after, s.common_previous,
    s.common_individuals, s.new_individuals, s.gone_individuals, s.like_before, s.like_after, s.outside,
    s.ratio_communities, q.ratio_p5, q.ratio_median, q.ratio_p95,
    s.moved_communities + coalesce(l.communities, 0) as moved_communities
from summed as s
left join spread as q
    on s.round_key = q.round_key and s.population_category = q.population_category and s.place_code = q.target_code
left join left_place as l
    on s.round_key = l.round_key and s.population_category = l.population_category and s.place_code = l.target_code
order by s.round_key, s.population_category, s.place_level, s.place_code
