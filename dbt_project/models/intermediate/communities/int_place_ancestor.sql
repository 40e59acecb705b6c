-- Parents are followed by their explicit code; a code's prefix says nothing. `union` also ends a circle.
with recursive places as (
    select *
    from {{ ref('int_place_observed') }}
    where round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

ancestor as (
    select round_key, place_code, place_code as ancestor_code
    from places
    union
    select a.round_key, a.place_code, p.parent_code as ancestor_code
    from ancestor as a
    inner join places as p on a.round_key = p.round_key and a.ancestor_code = p.place_code
    where p.parent_code is not null
)

select
    a.round_key,
    a.place_code,
    a.ancestor_code,
    p.place_level as ancestor_level,
    p.place_level <= o.finest_published_level as is_published
from ancestor as a
inner join places as p on a.round_key = p.round_key and a.ancestor_code = p.place_code
inner join {{ source('reference', 'operation') }} as o on p.operation = o.operation
order by a.round_key, a.place_code, p.place_level
