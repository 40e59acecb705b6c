-- Each round with the one before it among the rounds of the release that counted people.
with counted as (
    select distinct round_key from {{ ref('int_community_population') }}
),

ordered as (
    select
        r.round_key, r.operation, r.component, r.window_start, r.window_end, r.geography_vintage, r.is_synthetic,
        lag(r.round_key) over (
            partition by r.operation, r.component order by r.round_number, r.round_key
        ) as previous_round_key
    from {{ source('reference', 'round') }} as r
    inner join counted as c on r.round_key = c.round_key
)

select
    o.round_key,
    o.previous_round_key,
    o.operation,
    o.component,
    p.window_start as previous_window_start,
    p.window_end as previous_window_end,
    o.window_start,
    o.window_end,
    p.geography_vintage as previous_vintage,
    o.geography_vintage as vintage,
    -- Two stated and different vintages: places are carried over by the crosswalk, never by code alone.
    coalesce(p.geography_vintage <> o.geography_vintage, false) as vintages_differ,
    (p.geography_vintage is null) <> (o.geography_vintage is null) as is_vintage_unstated,
    coalesce(p.window_start = o.window_start, false) as same_window_start,
    coalesce(p.window_start = o.window_start and p.window_end = o.window_end, false) as same_window,
    coalesce(p.window_start, p.window_end, o.window_start, o.window_end) is null as no_window,
    coalesce(o.is_synthetic, false) or coalesce(p.is_synthetic, false) as is_synthetic
from ordered as o
inner join ordered as p on o.previous_round_key = p.round_key
order by o.round_key
