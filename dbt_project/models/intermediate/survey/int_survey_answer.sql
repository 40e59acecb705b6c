{{ config(materialized='view') }}

with answered as (
    select
        i.round_key,
        s.response_key,
        i.indicator_code,
        i.kind,
        s.option_code,
        s.value_number
    from {{ ref('int_survey_indicator') }} as i
    inner join {{ ref('int_survey_said') }} as s
        on i.round_key = s.round_key and i.question_code = s.question_code
    where s.value_status in ('reported', 'derived')
),

usable as (
    select round_key, response_key, indicator_code, kind, option_code, value_number
    from answered
    where
        (kind = 'single' and option_code is not null)
        or (kind = 'multiple' and option_code is not null and value_number is not null)
        or (kind = 'number' and value_number is not null and not isnan(value_number))
),

-- A multiple choice of which only the ticks were delivered (no 0 anywhere in the round): who answered and did not tick an
-- option did not choose it. Where zeros were delivered, a blank beside them stays missing.
only_ticked as (
    select round_key, indicator_code
    from usable
    where kind = 'multiple'
    group by round_key, indicator_code
    having min(value_number) = 1
),

unticked as (
    select w.round_key, w.response_key, w.indicator_code, 'multiple' as kind, o.option_code
    from (select distinct round_key, response_key, indicator_code from usable where kind = 'multiple') as w
    inner join only_ticked as t on w.round_key = t.round_key and w.indicator_code = t.indicator_code
    inner join (select distinct round_key, indicator_code, option_code from usable where kind = 'multiple') as o
        on w.round_key = o.round_key and w.indicator_code = o.indicator_code
    left join usable as u
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
from usable
union all
select round_key, response_key, indicator_code, kind, option_code, cast(0 as double)
from unticked
