-- Parents are followed by their explicit code; a code's prefix says nothing.
with places as (
    select *
    from {{ ref('int_place_observed') }}
    where round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

-- Only places that others lie in: a small part of all.
holding as (
    select p.round_key, p.place_code, p.parent_code
    from places as p
    where p.place_code in (select c.parent_code from places as c where c.parent_code is not null)
),

ancestor as (
    {{ places_above('places', 'holding') }}
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
