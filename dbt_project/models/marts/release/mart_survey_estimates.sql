-- What may be shown of the estimates, and how far it can be trusted. A table over all rounds: whether a round may be
-- compared with the one before is told anew when either changes.
with thresholds as (
    select
        max(case when rule = 'minimum_n' then value end) as minimum_n,
        max(case when rule = 'minimum_effective_n' then value end) as minimum_effective_n,
        max(case when rule = 'widest_interval' then value end) as widest_interval,
        max(case when rule = 'narrow_interval' then value end) as narrow_interval,
        max(case when rule = 'widest_relative_interval' then value end) as widest_relative_interval,
        max(case when rule = 'minimum_degrees_of_freedom' then value end) as minimum_degrees_of_freedom,
        max(case when rule = 'largest_relative_error' then value end) as largest_relative_error,
        max(case when rule = 'cautious_relative_error' then value end) as cautious_relative_error,
        max(case when rule = 'printable_n' then value end) as printable_n
    from {{ source('reference', 'survey_reliability') }}
),

estimates as (
    select
        e.*,
        r.operation,
        r.component,
        r.window_start,
        r.window_end,
        r.is_synthetic,
        case when e.kind = 'number' then e.option_code else 'share' end as statistic,
        w.is_domain_withheld,
        w.is_suppressed
    from {{ ref('int_survey_estimate') }} as e
    inner join {{ source('reference', 'round') }} as r on e.round_key = r.round_key
    inner join {{ ref('int_survey_withheld') }} as w
        on e.round_key = w.round_key and e.indicator_code = w.indicator_code and e.option_code = w.option_code
        and e.domain_type = w.domain_type and e.domain = w.domain
),

-- Shares by the width of their exact interval, numbers by their relative error.
judged as (
    select
        s.*,
        t.printable_n,
        case
            when s.n < t.minimum_n or least(s.n, coalesce(s.effective_n, s.n)) < t.minimum_effective_n then 'unreliable'
            when s.statistic <> 'share' then
                case
                    when s.standard_error is null or s.ci_low is null then 'unreliable'
                    when s.standard_error >= t.largest_relative_error * abs(s.estimate) and s.standard_error > 0
                        then 'unreliable'
                    when s.degrees_of_freedom < t.minimum_degrees_of_freedom then 'use_with_caution'
                    when s.standard_error >= t.cautious_relative_error * abs(s.estimate) and s.standard_error > 0
                        then 'use_with_caution'
                    else 'reliable'
                end
            when s.ci_low_beta is null or s.ci_high_beta is null then 'unreliable'
            when s.ci_high_beta - s.ci_low_beta >= t.widest_interval then 'unreliable'
            when
                s.ci_high_beta - s.ci_low_beta > t.narrow_interval
                and s.estimate > 0
                and s.ci_high_beta - s.ci_low_beta > t.widest_relative_interval * s.estimate
                then 'unreliable'
            when s.degrees_of_freedom < t.minimum_degrees_of_freedom then 'use_with_caution'
            when s.estimate <= 0 or s.estimate >= 1 then 'use_with_caution'
            when
                s.ci_high_beta - s.ci_low_beta > t.narrow_interval
                and s.ci_high_beta - s.ci_low_beta > t.widest_relative_interval * (1 - s.estimate)
                then 'use_with_caution'
            else 'reliable'
        end as reliability
    from estimates as s
    cross join thresholds as t
),

-- An option's name is the same for all components that have the indicator.
option_names as (
    select
        operation,
        indicator_code,
        option_code,
        max(option_name_en) as option_name_en,
        max(option_name_ru) as option_name_ru,
        max(option_name_ky) as option_name_ky
    from {{ source('reference', 'indicator_option') }}
    group by operation, indicator_code, option_code
),

asked_before as (
    select distinct round_key, indicator_code from {{ ref('int_survey_estimate') }}
),

statistic_names as (
    select * from (values
        ('mean', 'Mean', 'Среднее', 'Орточо'),
        ('median', 'Median', 'Медиана', 'Медиана')
    ) as t (statistic, name_en, name_ru, name_ky)  -- noqa: AL05
),

final as (
    select
        s.round_key,
        s.operation,
        s.component,
        s.indicator_code,
        i.indicator_name_en,
        i.indicator_name_ru,
        i.indicator_name_ky,
        i.question_code,
        i.denominator_en,
        i.denominator_ru,
        i.denominator_ky,
        s.statistic,
        case when s.statistic = 'share' then 'share' else i.unit end as unit,
        s.option_code,
        coalesce(sn.name_en, o.option_name_en, oc.country_name_en, s.option_code) as option_name_en,
        coalesce(sn.name_ru, o.option_name_ru, oc.country_name_ru, s.option_code) as option_name_ru,
        coalesce(sn.name_ky, o.option_name_ky, oc.country_name_ky, s.option_code) as option_name_ky,
        s.domain_type,
        s.domain,
        case
            when s.domain_type = 'national' then 'All respondents'
            else coalesce(p.place_name_en, dc.country_name_en, dn.option_name_en, s.domain)
        end as domain_name_en,
        case
            when s.domain_type = 'national' then 'Все респонденты'
            else coalesce(p.place_name_ru, dc.country_name_ru, dn.option_name_ru, s.domain)
        end as domain_name_ru,
        case
            when s.domain_type = 'national' then 'Бардык респонденттер'
            else coalesce(p.place_name_ky, dc.country_name_ky, dn.option_name_ky, s.domain)
        end as domain_name_ky,
        case when not s.is_domain_withheld then s.n end as n,
        case when not s.is_domain_withheld then s.n_asked end as n_asked,
        case when not s.is_domain_withheld then s.n_missing end as n_missing,
        case when not s.is_suppressed then {{ rounded('s.estimate', 10) }} end as estimate,
        case when not s.is_suppressed then {{ rounded('s.standard_error', 10) }} end as standard_error,
        case when not s.is_suppressed then {{ rounded('s.ci_low', 10) }} end as ci_low,
        case when not s.is_suppressed then {{ rounded('s.ci_high', 10) }} end as ci_high,
        case when not s.is_suppressed then {{ rounded('s.ci_low_beta', 10) }} end as ci_low_beta,
        case when not s.is_suppressed then {{ rounded('s.ci_high_beta', 10) }} end as ci_high_beta,
        case when not s.is_suppressed then {{ rounded('s.design_effect', 6) }} end as design_effect,
        case when not s.is_suppressed then {{ rounded('s.effective_n', 3) }} end as effective_n,
        case when not s.is_domain_withheld then s.degrees_of_freedom end as degrees_of_freedom,
        case when not s.is_suppressed then s.reliability end as reliability,
        not s.is_suppressed and s.n >= s.printable_n as is_printable,
        s.is_suppressed,
        s.weight_scheme,
        s.window_start,
        s.window_end,
        c.previous_round_key,
        case when w.word_code is null then c.comparability else 'not_comparable' end as comparability,
        nullif(concat_ws(
            '; ', {{ pattern_replaced('coalesce(c.series_reason_en, w.text_en)', '[.]$', '') }}, c.window_reason_en
        ), '') as comparability_reason_en,
        nullif(concat_ws(
            '; ', {{ pattern_replaced('coalesce(c.series_reason_ru, w.text_ru)', '[.]$', '') }}, c.window_reason_ru
        ), '') as comparability_reason_ru,
        nullif(concat_ws(
            '; ', {{ pattern_replaced('coalesce(c.series_reason_ky, w.text_ky)', '[.]$', '') }}, c.window_reason_ky
        ), '') as comparability_reason_ky,
        s.is_synthetic
    from judged as s
    inner join {{ source('reference', 'indicator') }} as i
        on s.operation = i.operation and s.component = i.component and s.indicator_code = i.indicator_code
    left join {{ ref('int_survey_pair') }} as c
        on s.round_key = c.round_key and s.indicator_code = c.indicator_code
    left join asked_before as b
        on c.previous_round_key = b.round_key and s.indicator_code = b.indicator_code
    left join {{ ref('survey_words') }} as w
        on w.word_code = 'not_asked_before' and c.previous_round_key is not null and b.round_key is null
    left join statistic_names as sn on s.statistic = sn.statistic
    left join option_names as o
        on s.operation = o.operation and s.indicator_code = o.indicator_code and s.option_code = o.option_code
    left join {{ source('reference', 'country') }} as oc on s.option_code = oc.country_iso3
    left join option_names as dn
        on s.operation = dn.operation and s.domain_type = dn.indicator_code and s.domain = dn.option_code
    left join {{ source('reference', 'country') }} as dc
        on s.domain_type = 'country_of_return' and s.domain = dc.country_iso3
    left join {{ ref('int_place_observed') }} as p
        on s.domain_type = 'oblast' and s.round_key = p.round_key and s.domain = p.place_code
)

select * from final
order by round_key, indicator_code, domain_type, domain, option_code
