with rounds as (
    select distinct
        round_key, raking_status, margins_used, margins_left_out, categories_together, stock_round_key, iterations,
        margin_distance, margin_distance_trimmed, design_effect_base, effective_n_base, design_effect_raked,
        effective_n_raked, design_effect_trimmed, effective_n_trimmed
    from {{ ref('int_survey_cell_weight') }}
),

cells as (
    select
        w.round_key,
        sum(w.respondents) as respondents,
        sum(case when w.is_placed then w.respondents end) as respondents_placed,
        min(w.raked_weight) as raked_weight_min,
        max(w.raked_weight) as raked_weight_max,
        min(w.trimmed_weight) as trimmed_weight_min,
        max(w.trimmed_weight) as trimmed_weight_max,
        sum(case when w.raked_weight < d.lower_bound or w.raked_weight > d.upper_bound then w.respondents else 0 end) as outside
    from {{ ref('int_survey_cell_weight') }} as w
    inner join {{ source('reference', 'round') }} as r on w.round_key = r.round_key
    left join {{ source('reference', 'survey_design') }} as d
        on r.operation = d.operation and r.component = d.component
    group by w.round_key
),

-- Weights of respondents of whom something is withheld would tell their number: what all weights make together goes with them.
kept as (
    select
        round_key,
        bool_or(is_suppressed) as has_withheld
    from {{ ref('int_survey_withheld') }}
    where indicator_code = 'respondents'
    group by round_key
),

-- What the estimates of the round really use.
used as (
    select
        round_key,
        max(weight_scheme) as weight_scheme
    from {{ ref('mart_survey_estimates') }}
    group by round_key
),

named as (
    select
        t.*,
        r.operation, r.component, r.window_start, r.window_end, coalesce(r.is_synthetic, false) as is_synthetic,
        coalesce(d.weights, 'delivered') as stated_weights,
        coalesce(d.lonely_psu, 'adjust') as lonely_psu,
        d.lower_bound, d.upper_bound,
        coalesce(u.weight_scheme, 'none, indicative') as weight_scheme,
        c.respondents, c.respondents_placed, c.outside,
        c.raked_weight_min, c.raked_weight_max, c.trimmed_weight_min, c.trimmed_weight_max,
        c.respondents < o.survey_minimum_n as is_suppressed,
        c.respondents < o.survey_minimum_n or coalesce(k.has_withheld, false) as is_weight_suppressed
    from rounds as t
    inner join cells as c on t.round_key = c.round_key
    inner join {{ source('reference', 'round') }} as r on t.round_key = r.round_key
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
    left join {{ source('reference', 'survey_design') }} as d
        on r.operation = d.operation and r.component = d.component
    left join used as u on t.round_key = u.round_key
    left join kept as k on t.round_key = k.round_key
)

select
    n.round_key,
    n.operation,
    n.component,
    n.stated_weights,
    n.weight_scheme,
    n.weight_scheme = 'raked weights' as is_used,
    n.lonely_psu,
    n.raking_status,
    w.text_en as raking_status_name_en,
    w.text_ru as raking_status_name_ru,
    w.text_ky as raking_status_name_ky,
    n.stock_round_key,
    n.margins_used,
    n.margins_left_out,
    n.categories_together,
    cast(n.iterations as bigint) as iterations,
    {{ rounded('n.margin_distance', 9) }} as margin_distance,
    n.lower_bound,
    n.upper_bound,
    case when not n.is_weight_suppressed then {{ rounded('n.margin_distance_trimmed', 9) }} end as margin_distance_trimmed,
    case when not n.is_suppressed then cast(n.respondents as bigint) end as respondents,
    case when not n.is_suppressed then {{ rounded('n.respondents_placed / n.respondents', 10) }} end as share_placed,
    case when not n.is_weight_suppressed and n.raking_status = 'raked' then {{ rounded('n.outside / n.respondents', 10) }} end
        as share_trimmed,
    {% for name in [
        'raked_weight_min', 'raked_weight_max', 'trimmed_weight_min', 'trimmed_weight_max', 'design_effect_base',
        'effective_n_base', 'design_effect_raked', 'effective_n_raked', 'design_effect_trimmed', 'effective_n_trimmed'
    ] -%}
    case when not n.{{ 'is_suppressed' if 'base' in name else 'is_weight_suppressed' }} then {{ rounded('n.' ~ name, 8) }} end as {{ name }},
    {% endfor -%}
    n.is_suppressed,
    n.window_start,
    n.window_end,
    n.is_synthetic
from named as n
inner join {{ ref('survey_words') }} as w on n.raking_status = w.word_code and w.word_type = 'status'
order by n.round_key
