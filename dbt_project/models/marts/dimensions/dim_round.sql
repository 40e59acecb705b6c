with latest_vintage as (
    {{ latest_vintages() }}
),

coverage as (
    select * from {{ ref('mart_round_coverage') }} where place_level = 0
)

select
    r.round_key,
    r.operation,
    r.component,
    r.round_number,
    r.round_title,
    r.round_title_ru,
    r.round_title_ky,
    r.fieldwork_start,
    r.fieldwork_end,
    r.window_start,
    r.window_end,
    r.planned_communities,
    c.communities,
    c.informants,
    c.respondents,
    c.coverage_percent,
    coalesce(r.geography_vintage, v.latest, 'observed') as geography_vintage,
    r.row_grain,
    r.is_registered,
    r.is_synthetic,
    r.round_source,
    r.delivery_id,
    r.delivery_seq
from {{ source('reference', 'round') }} as r
left join coverage as c on r.round_key = c.round_key
left join latest_vintage as v on r.operation = v.operation
order by r.round_key
