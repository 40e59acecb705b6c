-- Every accepted respondent counts once for the country.
with accepted as (
    select round_key, count(*) as respondents from {{ ref('stg_canonical__response') }} group by round_key
)

select a.round_key, a.respondents, c.respondents as counted
from accepted as a
left join {{ ref('mart_round_coverage') }} as c on a.round_key = c.round_key and c.place_level = 0
where coalesce(c.respondents <> a.respondents, not coalesce(c.is_suppressed, false))
