{{ config(materialized='view') }}

-- What was said to the question of each indicator, and whether it is an answer that counts.
select
    i.round_key,
    s.response_key,
    i.indicator_code,
    i.kind,
    s.option_code,
    s.value_number,
    s.value_status in ('reported', 'derived') and case i.kind
        when 'single' then s.option_code is not null
        when 'multiple' then s.option_code is not null and s.value_number is not null
        else s.value_number is not null and not isnan(s.value_number)
    end as is_answer
from {{ ref('int_survey_indicator') }} as i
inner join {{ ref('int_survey_said') }} as s
    on i.round_key = s.round_key and i.question_code = s.question_code
