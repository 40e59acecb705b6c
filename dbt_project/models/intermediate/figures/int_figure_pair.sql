-- The round before is the one that the register names: where the release has not got it, there is none to compare with.
with known as (
    select operation, component, round_number from {{ source('reference', 'registered_round') }}
    union
    select operation, component, round_number from {{ source('reference', 'round') }}
),

ordered as (
    select
        operation, component, round_number,
        lag(round_number) over (partition by operation, component order by round_number) as previous_number
    from known
),

coverage as (
    select round_key, communities from {{ ref('mart_round_coverage') }} where place_level = 0
),

pairs as (
    select
        r.round_key,
        p.round_key as previous_round_key,
        cast(p.round_number as string) as previous_round_number,
        cast(r.window_start as string) as start_now,
        cast(p.window_start as string) as start_before,
        cast(r.window_end as string) as end_now,
        cast(p.window_end as string) as end_before,
        c.communities as communities_now,
        b.communities as communities_before,
        p.delivery_id as previous_delivery_id,
        p.is_synthetic as previous_is_synthetic
    from {{ source('reference', 'round') }} as r
    inner join ordered as o
        on r.operation = o.operation and r.component = o.component and r.round_number = o.round_number
    inner join {{ source('reference', 'round') }} as p
        on o.operation = p.operation and o.component = p.component and o.previous_number = p.round_number
    left join coverage as c on r.round_key = c.round_key
    left join coverage as b on p.round_key = b.round_key
)

select
    round_key,
    previous_round_key,
    previous_delivery_id,
    previous_is_synthetic,
    (start_now is not distinct from start_before) as is_same_start,
    (end_now is not distinct from end_before) and (communities_now is not distinct from communities_before) as is_same_extent,
    {%- for language in ['en', 'ru', 'ky'] %}
    {{ window_reason(language) }} as window_reason_{{ language }},
    {{ extent_reason(language) }} as extent_reason_{{ language }}{{ ',' if not loop.last }}
    {%- endfor %}
from pairs
order by round_key
