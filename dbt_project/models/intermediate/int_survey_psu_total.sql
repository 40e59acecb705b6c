{{ config(materialized='view') }}

-- Everything a Taylor linearised estimate needs, summed to the primary sampling unit: respondents do not go further.
with responses as (
    select
        r.round_key,
        r.response_key,
        r.place_code,
        r.sex,
        r.age_group,
        r.country_iso3,
        r.age_years,
        coalesce(r.stratum, 'all') as stratum,
        coalesce(r.cluster, r.response_key) as psu,
        -- Without any delivered weight each respondent counts once; with weights, only those who have one.
        case when bool_or(r.weight is not null) over (partition by r.round_key) then r.weight else 1 end as weight
    from {{ ref('stg_canonical__response') }} as r
),

memberships as (
    select round_key, response_key, 'national' as domain_type, 'all' as domain from responses
    union all
    select r.round_key, r.response_key, 'oblast', a.ancestor_code
    from responses as r
    inner join {{ ref('int_place_ancestor') }} as a
        on r.round_key = a.round_key and r.place_code = a.place_code and a.ancestor_level = 1 and a.is_published
    union all
    select round_key, response_key, 'sex', sex from responses where sex is not null
    union all
    select round_key, response_key, 'age_group', age_group from responses where age_group is not null
    union all
    select round_key, response_key, 'country_of_return', country_iso3 from responses where country_iso3 is not null
),

asked as (
    select round_key, response_key, question_code, option_code, value_number
    from {{ ref('stg_canonical__answer') }}
    where value_status = 'reported'
),

-- Facts that normalization keeps on the respondent answer their own indicators, unless the form asks them as well.
profile as (
    select round_key, response_key, 'sex' as question_code, sex as option_code, null::double as value_number
    from responses where sex is not null
    union all
    select round_key, response_key, 'age_group', age_group, null from responses where age_group is not null
    union all
    select round_key, response_key, 'country_of_return', country_iso3, null
    from responses where country_iso3 is not null
    union all
    select round_key, response_key, 'age_years', null, age_years from responses where age_years is not null
),

answers as (
    select * from asked
    union all
    select p.*
    from profile as p
    anti join asked as a on p.round_key = a.round_key and p.question_code = a.question_code
),

indicators as (
    select r.round_key, i.indicator_code, i.question_code, i.kind, i.operation
    from {{ source('reference', 'round') }} as r
    inner join {{ source('reference', 'indicator') }} as i on r.operation = i.operation and r.component = i.component
),

cells as (
    select
        i.round_key,
        i.indicator_code,
        i.kind,
        m.domain_type,
        m.domain,
        r.stratum,
        r.psu,
        case when i.kind = 'number' then 'mean' else a.option_code end as option_code,
        count(*) as n,
        count(*) filter (where i.kind = 'single' or a.value_number = 1) as n_option,
        sum(r.weight) as weight,
        sum(r.weight * case when i.kind = 'single' then 1 else a.value_number end) as weighted_value,
        sum(r.weight * case when i.kind = 'single' then 1 else a.value_number ** 2 end) as weighted_square
    from indicators as i
    inner join answers as a on i.round_key = a.round_key and i.question_code = a.question_code
    inner join responses as r on a.round_key = r.round_key and a.response_key = r.response_key
    inner join memberships as m on r.round_key = m.round_key and r.response_key = m.response_key
    where
        r.weight is not null
        and m.domain_type <> i.indicator_code
        and (i.kind = 'number' or a.option_code is not null)
        and (i.kind = 'single' or a.value_number is not null)
    group by all
),

options as (
    select distinct round_key, indicator_code, option_code from cells where kind = 'single'
    union
    select i.round_key, i.indicator_code, o.option_code
    from indicators as i
    inner join {{ source('reference', 'indicator_option') }} as o
        on i.operation = o.operation and i.indicator_code = o.indicator_code
    where i.kind = 'single'
),

single_base as (
    select
        round_key, indicator_code, kind, domain_type, domain, stratum, psu,
        sum(n) as n,
        sum(weight) as weight
    from cells
    where kind = 'single'
    group by all
),

single_options as (
    select
        b.round_key,
        b.indicator_code,
        b.kind,
        b.domain_type,
        b.domain,
        b.stratum,
        b.psu,
        o.option_code,
        b.n,
        coalesce(c.n_option, 0) as n_option,
        b.weight,
        coalesce(c.weighted_value, 0) as weighted_value,
        coalesce(c.weighted_square, 0) as weighted_square
    from single_base as b
    inner join options as o on b.round_key = o.round_key and b.indicator_code = o.indicator_code
    left join cells as c
        on b.round_key = c.round_key and b.indicator_code = c.indicator_code and b.domain_type = c.domain_type
        and b.domain = c.domain and b.stratum = c.stratum and b.psu = c.psu and o.option_code = c.option_code
)

select * from single_options
union all by name
select * from cells where kind <> 'single'
