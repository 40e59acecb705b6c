{{ config(materialized='view') }}

-- Asked, and no answer that counts. Who was not asked, by the form's skip logic, is neither here nor among the answers.
select distinct
    i.round_key,
    s.response_key,
    i.indicator_code
from {{ ref('int_survey_indicator') }} as i
inner join {{ ref('int_survey_said') }} as s
    on i.round_key = s.round_key and i.question_code = s.question_code
left join {{ ref('int_survey_answer') }} as a
    on i.round_key = a.round_key and i.indicator_code = a.indicator_code and s.response_key = a.response_key
where a.response_key is null
