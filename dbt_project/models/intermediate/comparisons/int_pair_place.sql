-- The published places, on the boundaries of the later round, that a community of a pair of rounds counts in. A community that
-- is in both stands where the later round has it; one that is gone, where its places went.
with communities as (
    select distinct c.round_key, r.previous_round_key, r.vintages_differ, c.previous_place_code, c.place_code
    from {{ ref('int_pair_community') }} as c
    inner join {{ ref('int_round_pair') }} as r on c.round_key = r.round_key
)

select
    c.round_key, c.previous_place_code, c.place_code as community_code,
    t.ancestor_code as place_code, t.ancestor_level as place_level, false as is_uncertain,
    -- Moved by a reform: it counted in another place of that level before.
    c.vintages_differ and c.previous_place_code is not null and (e.ancestor_code is distinct from t.ancestor_code)
    and t.ancestor_level > 0 as is_moved,
    e.ancestor_code as own_place_code
from communities as c
inner join {{ ref('int_community_tree') }} as t on c.round_key = t.round_key and c.place_code = t.community_code
left join {{ ref('int_community_tree') }} as e
    on c.previous_round_key = e.round_key and c.previous_place_code = e.community_code
    and t.ancestor_level = e.ancestor_level
union all
select
    c.round_key, c.previous_place_code, null,
    g.place_code, g.place_level, g.is_uncertain, c.vintages_differ and g.place_code <> e.ancestor_code, e.ancestor_code
from communities as c
inner join {{ ref('int_community_tree') }} as e
    on c.previous_round_key = e.round_key and c.previous_place_code = e.community_code
inner join {{ ref('int_place_target') }} as g
    on c.round_key = g.round_key and e.ancestor_code = g.previous_place_code
where c.place_code is null
