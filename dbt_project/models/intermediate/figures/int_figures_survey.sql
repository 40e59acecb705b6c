-- Shares of answers among those who were asked and answered, with their intervals, and against the round before.
with asked as (
    select r.round_key, i.indicator_code
    from {{ source('reference', 'indicator') }} as i
    inner join {{ source('reference', 'round') }} as r on i.operation = r.operation and i.component = r.component
    where i.kind <> 'number'
),

changes as (
    select c.*
    from {{ ref('mart_survey_change') }} as c
    inner join asked as a on c.round_key = a.round_key and c.indicator_code = a.indicator_code
    inner join {{ ref('int_figure_pair') }} as p
        on c.round_key = p.round_key and c.previous_round_key = p.previous_round_key
    where c.domain_type = 'national'
),

shares as (
    select
        e.round_key, e.indicator_code, e.option_code,
        e.indicator_name_en, e.indicator_name_ru, e.indicator_name_ky,
        e.option_name_en, e.option_name_ru, e.option_name_ky, e.n, e.estimate, e.ci_low, e.ci_high,
        c.comparability, c.comparability_reason_en, c.comparability_reason_ru, c.comparability_reason_ky
    from {{ ref('mart_survey_estimates') }} as e
    inner join asked as a on e.round_key = a.round_key and e.indicator_code = a.indicator_code
    left join changes as c
        on e.round_key = c.round_key and e.indicator_code = c.indicator_code and e.option_code = c.option_code
    where e.domain_type = 'national' and e.estimate is not null and e.is_printable
)

select
    {{ figure(
        "'share.' || indicator_code || '.' || option_code", "'share.answer'", '100 * estimate', indicator='indicator_code',
        item='indicator_name', part='option_name', n='n', ci_low='100 * ci_low', ci_high='100 * ci_high', judged=true
    ) }}
from shares
union all
-- A ratio without a value stays where the two rounds are not comparable, with the reason; what is withheld has no figure.
select
    {{ figure(
        "'ratio_to_previous.' || indicator_code || '.' || option_code", "'ratio_to_previous'", 'ratio',
        indicator='indicator_code', item='indicator_name', part='option_name', n='n', ci_low='ratio_ci_low',
        ci_high='ratio_ci_high', other_round='previous_round_key', judged=true
    ) }}
from changes
where ratio is not null or comparability = 'not_comparable'
