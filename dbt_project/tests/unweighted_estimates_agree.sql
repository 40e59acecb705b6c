-- Where no weights are used, the national estimate is the unweighted one that stands beside the raked ones.
select
    e.round_key,
    e.indicator_code,
    e.option_code
from {{ ref('mart_survey_weight_effect') }} as f
inner join {{ ref('mart_survey_estimates') }} as e
    on f.round_key = e.round_key and f.indicator_code = e.indicator_code and f.option_code = e.option_code
where
    e.domain_type = 'national' and e.weight_scheme = 'none, indicative'
    and coalesce(abs(e.estimate - f.unweighted_estimate) > 1e-9, (e.estimate is null) <> (f.unweighted_estimate is null))
