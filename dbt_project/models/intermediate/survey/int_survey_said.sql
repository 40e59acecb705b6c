{{ config(materialized='view') }}

-- What the form says of each question, and what normalization keeps on the respondent where the form does not ask it.
-- Answers are many: nothing here is named twice, as engines write down what is.
with profile as (
    select round_key, response_key, 'sex' as question_code, sex as option_code, cast(null as double) as value_number
    from {{ ref('stg_canonical__response') }}
    union all
    select round_key, response_key, 'age_group', age_group, null from {{ ref('stg_canonical__response') }}
    union all
    select round_key, response_key, 'country_of_return', country_iso3, null from {{ ref('stg_canonical__response') }}
    union all
    select round_key, response_key, 'age_years', null, age_years from {{ ref('stg_canonical__response') }}
),

-- A fact that no respondent of the round has was not asked for; one that the form asks for is what the form says.
known as (
    select
        round_key,
        max(case when sex is not null then 1 else 0 end) as sex,
        max(case when age_group is not null then 1 else 0 end) as age_group,
        max(case when country_iso3 is not null then 1 else 0 end) as country_of_return,
        max(case when age_years is not null then 1 else 0 end) as age_years
    from {{ ref('stg_canonical__response') }}
    group by round_key
),

asked as (
    select distinct
        round_key,
        question_code
    from {{ ref('stg_canonical__answer') }}
    where value_status <> 'not_asked'
)

select round_key, response_key, question_code, option_code, value_number, value_status
from {{ ref('stg_canonical__answer') }}
where value_status <> 'not_asked'
union all
select
    p.round_key,
    p.response_key,
    p.question_code,
    p.option_code,
    p.value_number,
    case when p.option_code is null and p.value_number is null then 'missing' else 'reported' end as value_status
from profile as p
inner join known as k
    on
        p.round_key = k.round_key
        and 1 = case p.question_code
            when 'sex' then k.sex
            when 'age_group' then k.age_group
            when 'country_of_return' then k.country_of_return
            else k.age_years
        end
left join asked as a on p.round_key = a.round_key and p.question_code = a.question_code
where a.question_code is null
