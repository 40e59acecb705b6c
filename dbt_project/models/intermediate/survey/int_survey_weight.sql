{{ config(materialized='view') }}

-- The weight of each respondent, as the operation states it (survey.yml). Where raking is stated and was refused, the
-- weights before raking stand, and the scheme says so.
select
    r.round_key,
    r.response_key,
    r.stratum,
    r.psu,
    r.fpc,
    r.base_weight,
    case
        when d.weights = 'raked' and c.trimmed_weight is not null then r.base_weight * c.trimmed_weight
        else r.base_weight
    end as weight,
    case
        when d.weights = 'raked' and c.trimmed_weight is not null then 'raked weights'
        when r.is_delivered then 'delivered weights'
        else 'none, indicative'
    end as weight_scheme
from {{ ref('int_survey_respondent') }} as r
inner join {{ source('reference', 'round') }} as t on r.round_key = t.round_key
left join {{ source('reference', 'survey_design') }} as d on t.operation = d.operation and t.component = d.component
left join {{ ref('int_survey_cell_weight') }} as c
    on r.round_key = c.round_key and r.oblast = c.oblast and r.sex = c.sex
