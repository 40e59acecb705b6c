-- A counted row whose place does not lead up to a country would be missing from the national figure.
with counted as (
    select distinct round_key, place_code from {{ ref('stg_canonical__assessment') }}
    union
    select distinct round_key, place_code from {{ ref('stg_canonical__population') }}
    union
    select distinct round_key, place_code from {{ ref('stg_canonical__response') }} where place_code is not null
)

select c.round_key, c.place_code, count(a.ancestor_code) as countries
from counted as c
left join {{ ref('int_place_ancestor') }} as a
    on c.round_key = a.round_key and c.place_code = a.place_code and a.ancestor_level = 0
group by c.round_key, c.place_code
having count(a.ancestor_code) <> 1
