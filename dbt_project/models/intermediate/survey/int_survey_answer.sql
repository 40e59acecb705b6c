{{ config(materialized='view') }}

-- A multiple choice of which only the ticks were delivered (no 0 anywhere in the round): who answered and did not tick an
-- option did not choose it. Where zeros were delivered, a blank beside them stays missing.
with only_ticked as (
    select round_key, indicator_code
    from {{ ref('int_survey_told') }}
    where is_answer and kind = 'multiple'
    group by round_key, indicator_code
    having min(value_number) = 1
),

-- Answers to these questions alone are named twice.
ticked as (
    select a.round_key, a.response_key, a.indicator_code, a.option_code
    from only_ticked as t
    inner join {{ ref('int_survey_told') }} as a on t.round_key = a.round_key and t.indicator_code = a.indicator_code
    where a.is_answer and a.kind = 'multiple'
),

unticked as (
    select w.round_key, w.response_key, w.indicator_code, o.option_code
    from (select distinct round_key, indicator_code, option_code from ticked) as o
    inner join (select distinct round_key, response_key, indicator_code from ticked) as w
        on o.round_key = w.round_key and o.indicator_code = w.indicator_code
    left join ticked as u
        on
            w.round_key = u.round_key and w.response_key = u.response_key
            and w.indicator_code = u.indicator_code and o.option_code = u.option_code
    where u.option_code is null
)

select
    round_key,
    response_key,
    indicator_code,
    kind,
    case when kind <> 'number' then option_code end as option_code,
    case when kind <> 'single' then value_number end as value_number
from {{ ref('int_survey_told') }}
where is_answer
union all
select round_key, response_key, indicator_code, 'multiple', option_code, cast(0 as double)
from unticked
