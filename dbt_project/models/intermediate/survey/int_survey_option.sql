{{ config(materialized='view') }}

-- Options of single choices that were on offer, also where nobody chose them.
select
    i.round_key,
    i.indicator_code,
    i.kind,
    o.option_code
from {{ ref('int_survey_indicator') }} as i
inner join {{ source('reference', 'indicator_option') }} as o
    on i.operation = o.operation and i.indicator_code = o.indicator_code
where i.kind = 'single'
