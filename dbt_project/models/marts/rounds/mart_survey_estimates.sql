-- Shares and means with Taylor linearised errors: clusters are the units, drawn with replacement within strata.
-- A domain is not a subset: every unit of the sample stays in the design, also where nobody of the domain was met.
with psu_totals as (
    select * from {{ ref('int_survey_psu_total') }}
),

strata as (
    select
        round_key,
        coalesce(stratum, 'all') as stratum,
        count(distinct coalesce(cluster, response_key)) as psus,
        bool_or(weight is not null) as has_weights
    from {{ ref('stg_canonical__response') }}
    group by round_key, coalesce(stratum, 'all')
),

design as (
    select
        round_key,
        (sum(psus) - count(*))::bigint as degrees_of_freedom,
        if(bool_or(has_weights), 'delivered weights', 'none, indicative') as weight_scheme
    from strata
    group by round_key
),

estimates as (
    select
        round_key, indicator_code, kind, option_code, domain_type, domain,
        sum(n)::bigint as n,
        sum(n_option)::bigint as n_option,
        sum(weight) as weight,
        sum(weighted_value) / sum(weight) as estimate,
        sum(weighted_square) / sum(weight) as mean_square
    from psu_totals
    group by all
    having sum(weight) > 0
),

linearised as (
    select t.*, (t.weighted_value - e.estimate * t.weight) / e.weight as z
    from psu_totals as t
    inner join estimates as e using (round_key, indicator_code, option_code, domain_type, domain)
),

stratum_variances as (
    select
        l.round_key, l.indicator_code, l.option_code, l.domain_type, l.domain, l.stratum,
        case
            when s.psus > 1 then s.psus / (s.psus - 1) * (sum(l.z ** 2) - sum(l.z) ** 2 / s.psus)
            -- A lonely unit is compared with the mean of the whole sample, which is zero for a linearised ratio.
            else sum(l.z ** 2)
        end as variance
    from linearised as l
    inner join strata as s using (round_key, stratum)
    group by l.round_key, l.indicator_code, l.option_code, l.domain_type, l.domain, l.stratum, s.psus
),

variances as (
    select round_key, indicator_code, option_code, domain_type, domain, greatest(sum(variance), 0) as variance
    from stratum_variances
    group by all
),

measured as (
    select
        e.*,
        d.degrees_of_freedom,
        d.weight_scheme,
        sqrt(v.variance) as standard_error,
        -- Against a simple random sample of the same n.
        v.variance / nullif(greatest(e.mean_square - e.estimate ** 2, 0) / nullif(e.n - 1, 0), 0) as design_effect,
        {{ t_quantile_975('d.degrees_of_freedom') }} as t
    from estimates as e
    inner join variances as v using (round_key, indicator_code, option_code, domain_type, domain)
    inner join design as d using (round_key)
),

bounded as (
    select
        *,
        t * standard_error / nullif(estimate * (1 - estimate), 0) as logit_half_width,
        ln(nullif(estimate, 0) / nullif(1 - estimate, 0)) as logit
    from measured
),

intervals as (
    select
        *,
        case
            when kind = 'number' then estimate - t * standard_error
            when n_option = 0 then 0
            when estimate >= 1 then pow(0.025, 1 / n)
            else 1 / (1 + exp(-(logit - logit_half_width)))
        end as ci_low,
        case
            when kind = 'number' then estimate + t * standard_error
            when n_option = 0 then 1 - pow(0.025, 1 / n)
            when estimate >= 1 then 1
            else 1 / (1 + exp(-(logit + logit_half_width)))
        end as ci_high
    from bounded
),

named as (
    select
        i.*, r.operation, r.is_synthetic, o.survey_minimum_n,
        i.n < o.survey_minimum_n as is_small_domain,
        kind <> 'number' and i.n_option between 1 and o.survey_minimum_n - 1 as is_small_option
    from intervals as i
    inner join {{ source('reference', 'round') }} as r on i.round_key = r.round_key
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
),

-- One withheld answer of a single choice is the rest of the others: the next smallest goes with it.
complemented as (
    select
        *,
        count(*) filter (where is_small_option) over answers as small_options,
        row_number() over (
            partition by round_key, indicator_code, domain_type, domain
            order by is_small_option, n_option = 0, n_option, option_code
        ) as next_smallest
    from named
    window answers as (partition by round_key, indicator_code, domain_type, domain)
),

suppressed as (
    select
        *,
        is_small_domain or is_small_option
        or (kind = 'single' and small_options = 1 and next_smallest = 1) as is_suppressed
    from complemented
),

final as (
    select
        s.round_key,
        s.operation,
        s.indicator_code,
        i.indicator_name_en,
        i.indicator_name_ru,
        i.indicator_name_ky,
        s.option_code,
        coalesce(o.option_name_en, oc.country_name_en, s.option_code) as option_name_en,
        coalesce(o.option_name_ru, oc.country_name_ru, s.option_code) as option_name_ru,
        coalesce(o.option_name_ky, oc.country_name_ky, s.option_code) as option_name_ky,
        s.domain_type,
        s.domain,
        coalesce(p.place_name_en, dc.country_name_en, s.domain) as domain_name_en,
        coalesce(p.place_name_ru, dc.country_name_ru, s.domain) as domain_name_ru,
        coalesce(p.place_name_ky, dc.country_name_ky, s.domain) as domain_name_ky,
        if(s.is_small_domain, null, s.n) as n,
        if(s.is_suppressed, null, round(s.estimate, 10)) as estimate,
        if(s.is_suppressed, null, round(s.standard_error, 10)) as standard_error,
        if(s.is_suppressed, null, round(s.ci_low, 10)) as ci_low,
        if(s.is_suppressed, null, round(s.ci_high, 10)) as ci_high,
        if(s.is_suppressed, null, round(s.design_effect, 6)) as design_effect,
        s.degrees_of_freedom,
        s.is_suppressed,
        s.weight_scheme,
        s.is_synthetic
    from suppressed as s
    inner join {{ source('reference', 'indicator') }} as i
        on s.operation = i.operation and s.indicator_code = i.indicator_code and i.component = 'rms'
    left join {{ source('reference', 'indicator_option') }} as o
        on s.operation = o.operation and s.indicator_code = o.indicator_code and s.option_code = o.option_code
    left join {{ source('reference', 'country') }} as oc on s.option_code = oc.country_iso3
    left join {{ source('reference', 'country') }} as dc
        on s.domain_type = 'country_of_return' and s.domain = dc.country_iso3
    left join {{ ref('int_place_observed') }} as p
        on s.domain_type = 'oblast' and s.round_key = p.round_key and s.domain = p.place_code
)

select * from final
order by round_key, indicator_code, domain_type, domain, option_code
