-- When each place's interviews were made, and which communities were seen there for the first time. A day far outside fieldwork
-- comes from a device whose clock was wrong: the interview counts, its day does not.
{% set slack = 30 %}
with rounds as (
    select round_key, component, row_grain, fieldwork_start, fieldwork_end
    from {{ source('reference', 'round') }}
    where round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

roots as (
    select round_key, min(place_code) as root_code
    from {{ ref('int_place_observed') }}
    where place_level = 0
    group by round_key
),

-- The community of a survey is its cluster; a respondent without a place counts for the country (as in int_place_coverage).
visits as (
    select m.round_key, m.place_code, m.place_code as community, coalesce(m.interview_date, cast(m.submitted_at as date)) as told_day
    from {{ ref('stg_canonical__assessment') }} as m
    inner join rounds as r on m.round_key = r.round_key and r.component <> 'rms'
    union all
    select s.round_key, coalesce(s.place_code, t.root_code), s.cluster, s.interview_date
    from {{ ref('stg_canonical__response') }} as s
    left join roots as t on s.round_key = t.round_key
),

dated as (
    select
        v.*,
        case
            when
                told_day between coalesce(r.fieldwork_start - {{ slack }}, told_day)
                and coalesce(r.fieldwork_end + {{ slack }}, told_day)
                then told_day
        end as collection_day
    from visits as v
    inner join rounds as r on v.round_key = r.round_key
),

firsts as (
    select
        *,
        community is not null and row_number() over (
            partition by round_key, community order by collection_day nulls last, place_code nulls last
        ) = 1 as is_new
    from dated
)

select
    f.round_key,
    a.ancestor_code as place_code,
    f.collection_day,
    count(*) as visits,
    count(*) filter (where f.is_new) as communities_new
from firsts as f
inner join {{ ref('int_place_ancestor') }} as a on f.round_key = a.round_key and f.place_code = a.place_code
where a.is_published
group by f.round_key, a.ancestor_code, f.collection_day
