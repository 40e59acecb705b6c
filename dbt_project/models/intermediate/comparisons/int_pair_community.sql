-- Communities of two rounds side by side: in both, new, or gone. A total that is missing in a round is not zero: there the
-- community is not counted, so for this category it comes or goes.
with pairs as (
    select * from {{ ref('int_round_pair') }}
),

earlier as (
    select
        r.round_key, c.place_code, c.place_level, c.population_category, c.individuals, c.households,
        m.place_code as later_code
    from pairs as r
    inner join {{ ref('int_community_population') }} as c on r.previous_round_key = c.round_key
    left join {{ ref('int_place_match') }} as m
        on r.round_key = m.round_key and c.place_code = m.previous_place_code
    where c.individuals is not null
),

later as (
    select r.round_key, c.place_code, c.place_level, c.population_category, c.individuals, c.households
    from pairs as r
    inner join {{ ref('int_community_population') }} as c on r.round_key = c.round_key
    where c.individuals is not null
),

sides as (
    select
        coalesce(l.round_key, e.round_key) as round_key,
        coalesce(l.population_category, e.population_category) as population_category,
        e.place_code as previous_place_code,
        l.place_code,
        coalesce(l.place_level, e.place_level) as community_level,
        case
            when e.place_code is not null and l.place_code is not null then 'common'
            when l.place_code is not null then 'new'
            else 'gone'
        end as community_status,
        e.individuals as previous_individuals,
        l.individuals,
        e.households as previous_households,
        l.households
    from earlier as e
    full join later as l
        on e.round_key = l.round_key and e.population_category = l.population_category
        and e.later_code = l.place_code
),

-- Codes and names of the other round, to tell who has a namesake there and could all the same not be matched.
names as (
    select r.round_key, 'earlier' as side, p.place_code, p.path_skeleton
    from pairs as r
    inner join {{ ref('int_place_path') }} as p on r.previous_round_key = p.round_key
    union all
    select r.round_key, 'later', p.place_code, p.path_skeleton
    from pairs as r
    inner join {{ ref('int_place_path') }} as p on r.round_key = p.round_key
),

unmatched as (
    select n.round_key, n.side, n.place_code
    from names as n
    left join {{ ref('int_place_match') }} as m
        on n.round_key = m.round_key
        and n.place_code = case when n.side = 'earlier' then m.previous_place_code else m.place_code end
    where m.round_key is null
),

doubtful as (
    select distinct u.round_key, u.side, u.place_code
    from unmatched as u
    inner join names as n on u.round_key = n.round_key and u.side = n.side and u.place_code = n.place_code
    inner join names as o
        on n.round_key = o.round_key and n.side <> o.side
        and (n.place_code = o.place_code or n.path_skeleton = o.path_skeleton)
)

select s.*, d.place_code is not null as is_doubtful
from sides as s
left join doubtful as d
    on s.round_key = d.round_key and s.community_status <> 'common'
    and d.side = case when s.community_status = 'gone' then 'earlier' else 'later' end
    and d.place_code = coalesce(s.place_code, s.previous_place_code)
order by s.round_key, s.population_category, s.previous_place_code, s.place_code
