-- Names of places by round, for codes that a delivery uses as an answer (an origin): the places that the round was in, then
-- all other places of its vintage.
with latest_vintage as (
    {{ latest_vintages() }}
),

rounds as (
    select r.round_key, r.operation, coalesce(r.geography_vintage, v.latest) as vintage
    from {{ source('reference', 'round') }} as r
    left join latest_vintage as v on r.operation = v.operation
    where r.round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

observed as (
    select round_key, place_code, place_level, place_name_en, place_name_ru, place_name_ky
    from {{ ref('int_place_observed') }}
    where round_key in (select round_key from {{ source('control', 'round_to_build') }})
)

select * from observed
union all
select
    r.round_key, p.place_code, p.place_level, p.place_name_en,
    coalesce(p.place_name_ru, p.place_name_en) as place_name_ru, coalesce(p.place_name_ky, p.place_name_en) as place_name_ky
from rounds as r
inner join {{ source('reference', 'place') }} as p on r.operation = p.operation and r.vintage = p.geography_vintage
left join observed as o on r.round_key = o.round_key and p.place_code = o.place_code
where o.place_code is null
