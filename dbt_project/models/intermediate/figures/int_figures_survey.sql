-- Shares of answers among those who were asked and answered, with their intervals, and against the round before.
with shares as (
    select
        e.round_key, r.operation, r.component, e.indicator_code, e.option_code,
        e.indicator_name_en, e.indicator_name_ru, e.indicator_name_ky,
        e.option_name_en, e.option_name_ru, e.option_name_ky, e.n, e.estimate, e.ci_low, e.ci_high
    from {{ ref('mart_survey_estimates') }} as e
    inner join {{ source('reference', 'round') }} as r on e.round_key = r.round_key
    inner join {{ source('reference', 'indicator') }} as i
        on r.operation = i.operation and r.component = i.component and e.indicator_code = i.indicator_code
    where e.domain_type = 'national' and e.estimate is not null and i.kind <> 'number'
),

ratios as (
    select s.*, p.round_key as previous_round_key, s.estimate / p.estimate as ratio
    from shares as s
    inner join {{ ref('int_figure_pair') }} as r on s.round_key = r.round_key
    inner join shares as p
        on r.previous_round_key = p.round_key and s.indicator_code = p.indicator_code and s.option_code = p.option_code
    where p.estimate > 0
)

select
    {{ figure(
        "'share.' || indicator_code || '.' || option_code", "'share.answer'", '100 * estimate', indicator='indicator_code',
        item='indicator_name', part='option_name', n='n', ci_low='100 * ci_low', ci_high='100 * ci_high'
    ) }}
from shares
union all
select
    {{ figure(
        "'ratio_to_previous.' || indicator_code || '.' || option_code", "'ratio_to_previous'", 'ratio',
        indicator='indicator_code', item='indicator_name', part='option_name', n='n', other_round='previous_round_key'
    ) }}
from ratios
