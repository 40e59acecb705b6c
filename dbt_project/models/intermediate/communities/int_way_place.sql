-- The places that a way goes up through.
select distinct w.round_key, w.way, a.ancestor_code as place_code
from {{ ref('int_place_way') }} as w
inner join {{ ref('int_place_ancestor') }} as a on w.round_key = a.round_key and w.place_code = a.place_code
where a.is_published
