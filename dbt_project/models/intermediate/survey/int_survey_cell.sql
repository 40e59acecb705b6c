{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

-- All that raking needs of a survey round, kept for all rounds: no respondent can be told from it.
select
    round_key,
    oblast,
    sex,
    count(*) as respondents,
    sum(base_weight) as base_weight,
    sum(base_weight * base_weight) as base_weight_square
from {{ ref('int_survey_respondent') }}
where base_weight is not null
group by round_key, oblast, sex
order by round_key, oblast, sex
