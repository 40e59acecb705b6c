{{ config(materialized='view') }}

-- The indicators that a survey round's answers can tell.
select
    r.round_key,
    r.operation,
    i.indicator_code,
    i.question_code,
    i.kind
from {{ source('reference', 'round') }} as r
inner join {{ source('reference', 'indicator') }} as i on r.operation = i.operation and r.component = i.component
where
    r.round_key in (select round_key from {{ source('control', 'round_to_build') }})
    and i.kind in ('single', 'multiple', 'number')
    and i.question_code is not null
