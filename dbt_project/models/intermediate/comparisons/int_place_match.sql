-- Which place of the earlier round is which of the later one. A code counts only where the name agrees with it: codes were
-- given to other places, and whole code systems were changed. Otherwise the names from the country down, where unique.
{%- set place -%}
    p.place_code, p.place_level, p.parent_code, p.skeleton, p.skeleton_ru, p.skeleton_ky, p.level1_code, p.parent_skeleton,
        p.path_key, p.path_skeleton
{%- endset %}
with pairs as (
    select * from {{ ref('int_round_pair') }}
),

earlier as (
    select
        r.round_key, r.operation, r.previous_vintage, r.vintage, r.vintages_differ, {{ place }},
        count(*) over (partition by r.round_key, p.place_level, p.path_key) as path_count,
        count(*) over (partition by r.round_key, p.place_level, p.path_skeleton) as skeleton_count
    from pairs as r
    inner join {{ ref('int_place_path') }} as p on r.previous_round_key = p.round_key
),

later as (
    select
        r.round_key, {{ place }},
        count(*) over (partition by r.round_key, p.place_level, p.path_key) as path_count,
        count(*) over (partition by r.round_key, p.place_level, p.path_skeleton) as skeleton_count
    from pairs as r
    inner join {{ ref('int_place_path') }} as p on r.round_key = p.round_key
),

links as (
    select operation, from_vintage, from_code, to_vintage, to_code
    from {{ source('reference', 'place_crosswalk') }}
),

by_code as (
    select e.round_key, e.place_code as previous_place_code, l.place_code, 'code' as matched_by
    from earlier as e
    inner join later as l
        on e.round_key = l.round_key and e.place_code = l.place_code and e.place_level = l.place_level
    left join links as k
        on e.vintages_differ and e.operation = k.operation and e.previous_vintage = k.from_vintage
        and e.level1_code = k.from_code and e.vintage = k.to_vintage and l.level1_code = k.to_code
    where
        e.place_level = 0
        or (
            (
                e.skeleton = l.skeleton or e.skeleton_ru = l.skeleton_ru or e.skeleton_ky = l.skeleton_ky
                -- Rounds are delivered in several languages: Арчалы and Арчалуу are one name under one code.
                or {{ nearly_one_name('e.skeleton', 'l.skeleton') }}
            )
            and (
                e.parent_code is not distinct from l.parent_code
                or e.parent_skeleton is not distinct from l.parent_skeleton
                or k.to_code is not null
            )
        )
),

by_path as (
    select e.round_key, e.place_code as previous_place_code, l.place_code, 'name' as matched_by
    from earlier as e
    inner join later as l
        on e.round_key = l.round_key and e.place_level = l.place_level and e.path_key = l.path_key
    left join by_code as f on e.round_key = f.round_key and e.place_code = f.previous_place_code
    left join by_code as g on l.round_key = g.round_key and l.place_code = g.place_code
    where e.path_count = 1 and l.path_count = 1 and f.round_key is null and g.round_key is null
),

known as (
    select * from by_code
    union all
    select * from by_path
),

by_spelling as (
    select e.round_key, e.place_code as previous_place_code, l.place_code, 'spelling' as matched_by
    from earlier as e
    inner join later as l
        on e.round_key = l.round_key and e.place_level = l.place_level and e.path_skeleton = l.path_skeleton
    left join known as f on e.round_key = f.round_key and e.place_code = f.previous_place_code
    left join known as g on l.round_key = g.round_key and l.place_code = g.place_code
    where e.skeleton_count = 1 and l.skeleton_count = 1 and f.round_key is null and g.round_key is null
),

spelled as (
    select * from known
    union all
    select * from by_spelling
),

-- Over a reform parents change: a community is sought by its name in whatever took over the finest place that is linked.
linked as (
    select
        e.round_key, e.place_code, e.place_level, e.skeleton, k.to_code, t.ancestor_level,
        max(t.ancestor_level) over (partition by e.round_key, e.place_code) as finest_level
    from earlier as e
    inner join pairs as r on e.round_key = r.round_key and r.vintages_differ
    inner join {{ ref('int_community_tree') }} as t
        on r.previous_round_key = t.round_key and e.place_code = t.community_code
    inner join links as k
        on e.operation = k.operation and e.previous_vintage = k.from_vintage and e.vintage = k.to_vintage
        and t.ancestor_code = k.from_code
    left join spelled as f on e.round_key = f.round_key and e.place_code = f.previous_place_code
    where f.round_key is null and t.ancestor_code <> e.place_code
),

candidates as (
    select distinct k.round_key, k.place_code as previous_place_code, l.place_code
    from linked as k
    inner join {{ ref('int_community_tree') }} as t on k.round_key = t.round_key and k.to_code = t.ancestor_code
    inner join later as l
        on k.round_key = l.round_key and t.community_code = l.place_code and k.place_level = l.place_level
        and k.skeleton = l.skeleton
    left join spelled as g on l.round_key = g.round_key and l.place_code = g.place_code
    where k.ancestor_level = k.finest_level and g.round_key is null
),

judged as (
    select
        *,
        count(*) over (partition by round_key, previous_place_code) as found_later,
        count(*) over (partition by round_key, place_code) as found_earlier
    from candidates
)

select round_key, previous_place_code, place_code, matched_by from spelled
union all
select round_key, previous_place_code, place_code, 'successor' from judged where found_later = 1 and found_earlier = 1
order by round_key, previous_place_code
