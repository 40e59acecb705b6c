{{ config(materialized='view') }}

-- Every respondent is in the domain of the whole sample, and in one domain of each kind that is known of them.
with respondents as (
    select * from {{ ref('stg_canonical__response') }}
)

select round_key, response_key, 'national' as domain_type, 'all' as domain
from respondents
union all
select r.round_key, r.response_key, 'oblast', a.ancestor_code
from respondents as r
inner join {{ ref('int_place_ancestor') }} as a
    on r.round_key = a.round_key and r.place_code = a.place_code and a.ancestor_level = 1 and a.is_published
union all
select round_key, response_key, 'sex', sex from respondents where sex is not null
union all
select round_key, response_key, 'age_group', age_group from respondents where age_group is not null
union all
select round_key, response_key, 'country_of_return', country_iso3 from respondents where country_iso3 is not null
