-- No survey cell below the minimum, nothing shown that is withheld, shares and intervals within their bounds.
select e.round_key, e.indicator_code, e.option_code, e.domain_type, e.domain
from {{ ref('mart_survey_estimates') }} as e
inner join {{ ref('dim_operation') }} as o on e.operation = o.operation
where
    e.n < o.survey_minimum_n
    or (e.is_suppressed and coalesce(e.estimate, e.standard_error, e.ci_low, e.ci_high, e.design_effect) is not null)
    or (e.option_code not in ('mean', 'median') and (e.estimate not between 0 and 1 or e.estimate not between e.ci_low and e.ci_high))
