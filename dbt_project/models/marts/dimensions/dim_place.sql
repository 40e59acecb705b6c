-- The gazetteer whole; beyond it only places that rounds named, and none finer than the operation publishes.
with gazetteer as (
    select * from {{ source('reference', 'place') }}
),

-- Of several rounds that named a place, the latest one.
named as (
    select
        p.operation, p.geography_vintage, p.place_code, p.place_level, p.parent_code, p.place_name_en, p.place_name_ru,
        p.place_name_ky, r.round_number,
        row_number() over (
            partition by p.operation, p.geography_vintage, p.place_code order by r.round_number desc nulls last, p.round_key desc
        ) as naming
    from {{ ref('int_place_observed') }} as p
    inner join {{ source('reference', 'round') }} as r on p.round_key = r.round_key
    inner join {{ source('reference', 'operation') }} as o on p.operation = o.operation
    anti join gazetteer as g
        on p.operation = g.operation and p.geography_vintage = g.geography_vintage and p.place_code = g.place_code
    where p.place_level <= o.finest_published_level
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
        'named by round ' || cast(round_number as string), null, null, null
    from named
    where naming = 1
)

select * from final
order by operation, geography_vintage, place_level, place_code
