{{ config(materialized='view') }}

-- What the form says of each question, and what normalization keeps on the respondent where the form does not ask it.
with asked as (
    select round_key, response_key, question_code, option_code, value_number, value_status
    from {{ ref('stg_canonical__answer') }}
    where value_status <> 'not_asked'
),

profile as (
    select round_key, response_key, 'sex' as question_code, sex as option_code, cast(null as double) as value_number
    from {{ ref('stg_canonical__response') }}
    union all
    select round_key, response_key, 'age_group', age_group, null from {{ ref('stg_canonical__response') }}
    union all
    select round_key, response_key, 'country_of_return', country_iso3, null from {{ ref('stg_canonical__response') }}
    union all
    select round_key, response_key, 'age_years', null, age_years from {{ ref('stg_canonical__response') }}
),

-- A fact that no respondent of the round has was not asked for.
known as (
    select
        round_key,
        question_code
    from profile
    where option_code is not null or value_number is not null
    group by round_key, question_code
)

select * from asked
union all
select
    p.round_key,
    p.response_key,
    p.question_code,
    p.option_code,
    p.value_number,
    case when p.option_code is null and p.value_number is null then 'missing' else 'reported' end as value_status
from profile as p
inner join known as k on p.round_key = k.round_key and p.question_code = k.question_code
left join (select distinct round_key, question_code from asked) as a
    on p.round_key = a.round_key and p.question_code = a.question_code
where a.question_code is null
