{{ config(materialized='view') }}

-- Place, sex and weight before weighting of each respondent. Delivered weights count unless the operation states that
-- none are used; then those without one are no part of the estimates.
with rounds as (
    select
        r.round_key,
        coalesce(d.weights, 'delivered') as stated_weights
    from {{ source('reference', 'round') }} as r
    left join {{ source('reference', 'survey_design') }} as d
        on r.operation = d.operation and r.component = d.component
),

delivered as (
    select
        round_key,
        count(weight) > 0 as has_weights
    from {{ ref('stg_canonical__response') }}
    group by round_key
),

oblasts as (
    select
        round_key,
        place_code,
        ancestor_code as oblast
    from {{ ref('int_place_ancestor') }}
    where ancestor_level = 1 and is_published
)

select
    r.round_key,
    r.response_key,
    coalesce(r.stratum, 'all') as stratum,
    coalesce(r.cluster, r.response_key) as psu,
    cast(null as double) as fpc,
    coalesce(o.oblast, 'unknown') as oblast,
    coalesce(r.sex, 'unknown') as sex,
    case
        when d.has_weights and t.stated_weights <> 'none' then r.weight
        else cast(1 as double)
    end as base_weight,
    d.has_weights and t.stated_weights <> 'none' as is_delivered
from {{ ref('stg_canonical__response') }} as r
inner join rounds as t on r.round_key = t.round_key
inner join delivered as d on r.round_key = d.round_key
left join oblasts as o on r.round_key = o.round_key and r.place_code = o.place_code
