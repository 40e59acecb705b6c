{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

-- Answers by the cells that weights are made for, kept for all rounds: what weights would change, without respondents.
select
    a.round_key,
    a.indicator_code,
    a.kind,
    case when a.kind = 'number' then 'mean' else a.option_code end as option_code,
    r.oblast,
    r.sex,
    count(*) as respondents,
    sum(r.base_weight) as base_weight,
    sum(case when a.kind = 'single' then 1e0 else a.value_number end) as total,
    sum(r.base_weight * case when a.kind = 'single' then 1e0 else a.value_number end) as weighted_total
from {{ ref('int_survey_respondent') }} as r
-- the longer side last: an engine that knows nothing of a view's length holds the first one in memory
inner join {{ ref('int_survey_answer') }} as a on r.round_key = a.round_key and r.response_key = a.response_key
where r.base_weight is not null
group by
    a.round_key,
    a.indicator_code,
    a.kind,
    case when a.kind = 'number' then 'mean' else a.option_code end,
    r.oblast,
    r.sex
order by a.round_key, a.indicator_code, 4, r.oblast, r.sex
