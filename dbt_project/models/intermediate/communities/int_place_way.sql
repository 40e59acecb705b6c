-- The published places above each place as one text: what is added up of long tables is looked up once and falls into few groups,
-- and only these go up to the places (int_way_place).
select round_key, place_code, {{ joined_once('ancestor_code', '|') }} as way
from {{ ref('int_place_ancestor') }}
where is_published
group by round_key, place_code
