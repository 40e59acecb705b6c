-- The gazetteer whole; beyond it only places that rounds named, and none finer than the operation publishes.
with gazetteer as (
    select * from {{ source('reference', 'place') }}
),

observed as (
    select p.*, r.round_number
    from {{ ref('int_place_observed') }} as p
    inner join {{ source('reference', 'round') }} as r on p.round_key = r.round_key
    inner join {{ source('reference', 'operation') }} as o on p.operation = o.operation
    anti join gazetteer as g
        on p.operation = g.operation and p.geography_vintage = g.geography_vintage and p.place_code = g.place_code
    where p.place_level <= o.finest_published_level
    qualify row_number() over (
        partition by p.operation, p.geography_vintage, p.place_code
        order by r.round_number desc, p.round_key desc
    ) = 1
),

final as (
    select
        operation, coalesce(geography_vintage, 'current') as geography_vintage, place_code, place_level, parent_code,
        place_name_en, place_name_ru, place_name_ky, place_type, true as in_gazetteer, population, population_year,
        place_source, valid_from, valid_to, soate
    from gazetteer
    union all
    select
        operation, geography_vintage, place_code, place_level, parent_code,
        place_name_en, place_name_ru, place_name_ky, null, false, null, null,
        'named by round ' || round_number, null, null, null
    from observed
)

select * from final
order by operation, geography_vintage, place_level, place_code
