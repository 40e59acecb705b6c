-- National shares and means by three weights, from sums of cells: what raking to the stock would change.
with cells as (
    select
        a.round_key,
        a.indicator_code,
        a.option_code,
        a.respondents,
        a.total,
        a.base_weight * w.raked_weight as raked_base,
        a.base_weight * w.trimmed_weight as trimmed_base,
        a.weighted_total * w.raked_weight as raked_total,
        a.weighted_total * w.trimmed_weight as trimmed_total
    from {{ ref('int_survey_answer_cell') }} as a
    inner join {{ ref('int_survey_cell_weight') }} as w
        on a.round_key = w.round_key and a.oblast = w.oblast and a.sex = w.sex
    where w.raking_status = 'raked'
),

options as (
    select
        round_key, indicator_code, option_code,
        sum(respondents) as respondents, sum(total) as total,
        sum(raked_base) as raked_base, sum(raked_total) as raked_total,
        sum(trimmed_base) as trimmed_base, sum(trimmed_total) as trimmed_total
    from cells
    group by round_key, indicator_code, option_code
),

-- Of a single choice, all who answered stand behind each option, also behind one that nobody chose.
questions as (
    select
        round_key, indicator_code,
        sum(respondents) as respondents, sum(raked_base) as raked_base, sum(trimmed_base) as trimmed_base
    from cells
    group by round_key, indicator_code
),

shown as (
    select e.*, i.kind
    from {{ ref('mart_survey_estimates') }} as e
    inner join {{ source('reference', 'indicator') }} as i
        on e.operation = i.operation and e.component = i.component and e.indicator_code = i.indicator_code
    where e.domain_type = 'national' and (i.kind <> 'number' or e.option_code = 'mean')
),

compared as (
    select
        s.*,
        coalesce(o.total, 0) / case when s.kind = 'single' then q.respondents else o.respondents end as unweighted,
        coalesce(o.raked_total, 0) / case when s.kind = 'single' then q.raked_base else o.raked_base end as raked,
        coalesce(o.trimmed_total, 0) / case when s.kind = 'single' then q.trimmed_base else o.trimmed_base end as trimmed,
        case when s.kind = 'number' then 1 else 100 end as factor
    from shown as s
    inner join questions as q on s.round_key = q.round_key and s.indicator_code = q.indicator_code
    left join options as o
        on s.round_key = o.round_key and s.indicator_code = o.indicator_code and s.option_code = o.option_code
)

select
    c.round_key,
    c.operation,
    c.component,
    c.indicator_code,
    c.indicator_name_en,
    c.indicator_name_ru,
    c.indicator_name_ky,
    c.option_code,
    c.option_name_en,
    c.option_name_ru,
    c.option_name_ky,
    c.n,
    case when not c.is_suppressed then {{ rounded('c.unweighted', 10) }} end as unweighted_estimate,
    case when not c.is_suppressed then {{ rounded('c.raked', 10) }} end as raked_estimate,
    case when not c.is_suppressed then {{ rounded('c.trimmed', 10) }} end as trimmed_estimate,
    case
        when c.kind <> 'number' then 'percentage points'
        when coalesce(c.unit, 'mean') in ('mean', 'number') then 'units of the answer'
        else c.unit
    end as difference_unit,
    case when not c.is_suppressed then {{ rounded('c.factor * (c.raked - c.unweighted)', 8) }} end as raked_difference,
    case when not c.is_suppressed then {{ rounded('c.factor * (c.trimmed - c.unweighted)', 8) }} end as trimmed_difference,
    c.weight_scheme,
    c.is_suppressed,
    c.window_start,
    c.window_end,
    c.is_synthetic
from compared as c
order by c.round_key, c.indicator_code, c.option_code
