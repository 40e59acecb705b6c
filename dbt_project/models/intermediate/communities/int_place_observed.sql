{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

-- The round's own tree: what its rows named, and ancestors that only the gazetteer knows.
with latest_vintage as (
    {{ latest_vintages() }}
),

rounds as (
    select r.round_key, r.operation, coalesce(r.geography_vintage, v.latest) as vintage
    from {{ source('reference', 'round') }} as r
    left join latest_vintage as v on r.operation = v.operation
    where r.round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

gazetteer as (
    select r.round_key, p.*
    from rounds as r
    inner join {{ source('reference', 'place') }} as p
        on r.operation = p.operation and r.vintage = p.geography_vintage
),

observed as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by round_key, place_code
                order by
                    in_gazetteer desc nulls last, delivered_code nulls last, place_name_en nulls last, parent_code nulls last
            ) as place_row
        from {{ ref('stg_canonical__place') }}
    ) as named
    where place_row = 1
),

unseen as (
    select g.round_key, g.place_code, g.parent_code
    from gazetteer as g
    anti join observed as o on g.round_key = o.round_key and g.place_code = o.place_code
),

-- Where the gazetteer goes on: places that nobody named, above one that was.
next_above as (
    select u.round_key, u.place_code, u.parent_code
    from unseen as u
    inner join (select distinct round_key, parent_code from observed) as o
        on u.round_key = o.round_key and u.place_code = o.parent_code
),

above as (
    {{ places_above('next_above', 'unseen') }}
),

tree as (
    select round_key, place_code, parent_code
    from observed
    union
    select u.round_key, u.place_code, u.parent_code
    from above as a
    inner join unseen as u on a.round_key = u.round_key and a.ancestor_code = u.place_code
),

final as (
    select
        t.round_key,
        r.operation,
        coalesce(r.vintage, 'observed') as geography_vintage,
        t.place_code,
        coalesce(o.place_level, g.place_level)::integer as place_level,
        t.parent_code,
        {% for language in ['en', 'ru', 'ky'] %}
        coalesce(
            c.country_name_{{ language }}, o.place_name_{{ language }}, g.place_name_{{ language }},
            o.place_name_en, g.place_name_en, t.place_code
        ) as place_name_{{ language }},
        {% endfor %}
        g.place_code is not null as in_gazetteer
    from tree as t
    inner join rounds as r on t.round_key = r.round_key
    left join observed as o on t.round_key = o.round_key and t.place_code = o.place_code
    left join gazetteer as g on t.round_key = g.round_key and t.place_code = g.place_code
    -- A delivery without a gazetteer names the country by its code alone.
    left join {{ source('reference', 'country') }} as c
        on o.place_level = 0 and g.place_code is null and t.place_code = c.country_iso3
)

select * from final
order by round_key, place_level, place_code
