-- Where a published place of the earlier round stands among the places of the later one. Within one vintage: the place that it
-- was matched with, or itself, gone. Over a reform: what took it over whole; else every place that may hold a part is uncertain.
with pairs as (
    select * from {{ ref('int_round_pair') }}
),

earlier as (
    select distinct r.round_key, r.operation, r.previous_vintage, r.vintage, r.vintages_differ, t.ancestor_code, t.ancestor_level
    from pairs as r
    inner join {{ ref('int_community_tree') }} as t on r.previous_round_key = t.round_key
),

later as (
    select distinct r.round_key, t.ancestor_code, t.ancestor_level
    from pairs as r
    inner join {{ ref('int_community_tree') }} as t on r.round_key = t.round_key
),

matched as (
    select
        e.round_key, e.ancestor_code as previous_place_code, e.ancestor_level as place_level,
        coalesce(m.place_code, e.ancestor_code) as place_code, false as is_uncertain
    from earlier as e
    left join {{ ref('int_place_match') }} as m
        on e.round_key = m.round_key and e.ancestor_code = m.previous_place_code
    -- A code that now belongs to another place can't carry a row of its own: its people stay in the places above.
    left join later as l on e.round_key = l.round_key and e.ancestor_code = l.ancestor_code
    where (not e.vintages_differ or e.ancestor_level = 0) and (m.place_code is not null or l.ancestor_code is null)
),

links as (
    select
        e.round_key, e.ancestor_code as previous_place_code, e.ancestor_level as place_level, k.to_code, k.share,
        coalesce(p.place_level = e.ancestor_level, false) as is_same_level,
        count(*) over (partition by e.round_key, e.ancestor_code) as targets
    from earlier as e
    inner join {{ source('reference', 'place_crosswalk') }} as k
        on e.operation = k.operation and e.previous_vintage = k.from_vintage and e.vintage = k.to_vintage
        and e.ancestor_code = k.from_code
    left join {{ source('reference', 'place') }} as p
        on k.operation = p.operation and k.to_vintage = p.geography_vintage and k.to_code = p.place_code
    where e.vintages_differ and e.ancestor_level > 0
),

-- Without any link nobody knows which places of that level hold a part: all of them may.
unlinked as (
    select e.round_key, e.ancestor_code as previous_place_code, e.ancestor_level as place_level, l.ancestor_code as place_code
    from earlier as e
    inner join later as l on e.round_key = l.round_key and e.ancestor_level = l.ancestor_level
    left join links as k on e.round_key = k.round_key and e.ancestor_code = k.previous_place_code
    where e.vintages_differ and e.ancestor_level > 0 and k.round_key is null
)

select * from matched
union all
select
    round_key, previous_place_code, place_level, to_code,
    not coalesce(targets = 1 and share = 1, false)
from links
where is_same_level
union all
select round_key, previous_place_code, place_level, place_code, true from unlinked
order by round_key, place_level, previous_place_code, place_code
