{{ config(materialized='view') }}

-- Asked, and no answer that counts. Who was not asked, by the form's skip logic, is neither here nor among the answers.
with silent as (
    select distinct round_key, response_key, indicator_code
    from {{ ref('int_survey_told') }}
    where not is_answer
),

-- Looked up among the few that are silent, not the other way round.
answered as (
    select distinct s.round_key, s.response_key, s.indicator_code
    from silent as s
    inner join {{ ref('int_survey_told') }} as a
        on s.round_key = a.round_key and s.indicator_code = a.indicator_code and s.response_key = a.response_key
    where a.is_answer
)

select s.round_key, s.response_key, s.indicator_code
from silent as s
left join answered as a
    on s.round_key = a.round_key and s.indicator_code = a.indicator_code and s.response_key = a.response_key
where a.response_key is null
