-- What stands in both rounds, side by side. Where the rounds are not comparable nothing is said of a change.
with estimates as (
    select * from {{ ref('mart_survey_estimates') }}
),

sides as (
    select
        p.*,
        c.indicator_name_en, c.indicator_name_ru, c.indicator_name_ky,
        c.option_code, c.option_name_en, c.option_name_ru, c.option_name_ky,
        c.domain_type, c.domain, c.domain_name_en, c.domain_name_ru, c.domain_name_ky,
        c.statistic,
        case
            when c.statistic = 'share' then 'percentage points'
            when coalesce(c.unit, 'mean') in ('mean', 'number') then 'units of the answer'
            else c.unit
        end as difference_unit,
        b.n as previous_n,
        c.n,
        b.estimate as previous_estimate,
        c.estimate,
        b.weight_scheme as previous_weight_scheme,
        c.weight_scheme,
        b.is_suppressed or c.is_suppressed as is_suppressed,
        case when b.weight_scheme <> c.weight_scheme then 'weights_changed' end as weights_word,
        case when c.domain_type = 'oblast' and not p.is_same_vintage then 'boundaries_changed' end as boundaries_word
    from {{ ref('int_survey_pair') }} as p
    inner join estimates as c on p.round_key = c.round_key and p.indicator_code = c.indicator_code
    inner join estimates as b
        on p.previous_round_key = b.round_key and c.indicator_code = b.indicator_code
        and c.option_code = b.option_code and c.domain_type = b.domain_type and c.domain = b.domain
),

judged as (
    select
        s.*,
        case
            when s.comparability = 'comparable' and (s.weights_word is not null or s.boundaries_word is not null)
                then 'limited'
            else s.comparability
        end as judged_comparability,
        {% for language in ('en', 'ru', 'ky') -%}
        nullif(concat_ws(
            '; ', {{ pattern_replaced('s.series_reason_' ~ language, '[.]$', '') }}, s.window_reason_{{ language }},
            w.text_{{ language }}, v.text_{{ language }}
        ), '') as comparability_reason_{{ language }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from sides as s
    left join {{ ref('survey_words') }} as w on s.weights_word = w.word_code
    left join {{ ref('survey_words') }} as v on s.boundaries_word = v.word_code
),

-- Shares change by percentage points, means by their unit.
measured as (
    select
        j.*,
        case when j.statistic = 'share' then 100 else 1 end as factor,
        not j.is_suppressed and j.judged_comparability <> 'not_comparable' as is_told,
        f.difference,
        f.standard_error,
        f.ci_low,
        f.ci_high,
        f.degrees_of_freedom,
        f.test_statistic,
        f.p_value,
        f.interval_method,
        f.ratio,
        f.ratio_ci_low,
        f.ratio_ci_high
    from judged as j
    left join {{ ref('int_survey_change') }} as f
        on j.round_key = f.round_key and j.previous_round_key = f.previous_round_key
        and j.indicator_code = f.indicator_code and j.option_code = f.option_code
        and j.domain_type = f.domain_type and j.domain = f.domain
),

directed as (
    select
        *,
        case
            when is_suppressed then 'withheld'
            when not is_told then 'not_comparable'
            when ci_low > 0 then 'increase'
            when ci_high < 0 then 'decrease'
            when ci_low is not null then 'no_clear_change'
            else 'cannot_be_told'
        end as direction
    from measured
),

final as (
    select
        d.round_key,
        d.previous_round_key,
        d.operation,
        d.component,
        d.indicator_code,
        d.indicator_name_en,
        d.indicator_name_ru,
        d.indicator_name_ky,
        d.option_code,
        d.option_name_en,
        d.option_name_ru,
        d.option_name_ky,
        d.statistic,
        d.domain_type,
        d.domain,
        d.domain_name_en,
        d.domain_name_ru,
        d.domain_name_ky,
        d.previous_n,
        d.n,
        case when not d.is_suppressed then d.previous_estimate end as previous_estimate,
        case when not d.is_suppressed then d.estimate end as estimate,
        d.judged_comparability as comparability,
        d.comparability_reason_en,
        d.comparability_reason_ru,
        d.comparability_reason_ky,
        d.direction,
        w.text_en as direction_name_en,
        w.text_ru as direction_name_ru,
        w.text_ky as direction_name_ky,
        d.difference_unit,
        case when d.is_told then {{ rounded('d.factor * d.difference', 8) }} end as difference,
        case when d.is_told then {{ rounded('d.factor * d.standard_error', 8) }} end as standard_error,
        case when d.is_told then {{ rounded('d.factor * d.ci_low', 8) }} end as ci_low,
        case when d.is_told then {{ rounded('d.factor * d.ci_high', 8) }} end as ci_high,
        case when d.is_told then d.interval_method end as interval_method,
        case when d.is_told then {{ rounded('d.degrees_of_freedom', 4) }} end as degrees_of_freedom,
        case when d.is_told then {{ rounded('d.test_statistic', 8) }} end as test_statistic,
        case when d.is_told then {{ rounded('d.p_value', 12) }} end as p_value,
        case when d.is_told then d.ci_low > 0 or d.ci_high < 0 end as is_significant,
        case when d.is_told then {{ rounded('d.ratio', 8) }} end as ratio,
        case when d.is_told then {{ rounded('d.ratio_ci_low', 8) }} end as ratio_ci_low,
        case when d.is_told then {{ rounded('d.ratio_ci_high', 8) }} end as ratio_ci_high,
        d.is_suppressed,
        d.previous_weight_scheme,
        d.weight_scheme,
        d.previous_window_start,
        d.previous_window_end,
        d.window_start,
        d.window_end,
        d.is_synthetic
    from directed as d
    inner join {{ ref('survey_words') }} as w on d.direction = w.word_code and w.word_type = 'direction'
)

select * from final
order by round_key, indicator_code, domain_type, domain, option_code
