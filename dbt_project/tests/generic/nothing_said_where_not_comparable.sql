{# A change that may not be told, or whose estimates are withheld, has no figure; interval and direction agree. #}
{% test nothing_said_where_not_comparable(model) %}
    select round_key, previous_round_key, indicator_code, option_code, domain_type, domain
    from {{ model }}
    where
        (
            (comparability = 'not_comparable' or is_suppressed)
            and coalesce(difference, standard_error, ci_low, ci_high, p_value, test_statistic, ratio, ratio_ci_low) is not null
        )
        or (is_suppressed and coalesce(estimate, previous_estimate) is not null)
        or (comparability <> 'comparable' and comparability_reason_en is null)
        or (direction in ('increase', 'decrease') and not coalesce(is_significant, false))
        or difference not between ci_low and ci_high
{% endtest %}
