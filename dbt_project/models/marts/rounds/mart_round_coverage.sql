with rounds as (
    select r.*, o.survey_minimum_n
    from {{ source('reference', 'round') }} as r
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
),

roots as (
    select round_key, min(place_code) as root_code
    from {{ ref('int_place_observed') }}
    where place_level = 0
    group by round_key
),

-- Both kinds of row in one shape. A respondent without a place counts for the country.
interviews as (
    select round_key, place_code, place_code as community, informant_count, interview_date, 'assessment' as source
    from {{ ref('stg_canonical__assessment') }}
    union all
    select r.round_key, coalesce(r.place_code, t.root_code), r.cluster, null, r.interview_date, 'response'
    from {{ ref('stg_canonical__response') }} as r
    left join roots as t on r.round_key = t.round_key
),

covered as (
    select
        i.round_key,
        a.ancestor_code as place_code,
        count(distinct i.community) as communities,
        sum(i.informant_count)::bigint as informants,
        count(*) filter (where i.source = 'assessment') as assessments,
        count(*) filter (where i.source = 'response') as responses,
        min(i.interview_date) as first_interview_date,
        max(i.interview_date) as last_interview_date
    from interviews as i
    inner join {{ ref('int_place_ancestor') }} as a on i.round_key = a.round_key and i.place_code = a.place_code
    where a.is_published
    group by i.round_key, a.ancestor_code
),

marked as (
    select
        *,
        responses between 1 and survey_minimum_n - 1 as is_suppressed,
        if(component = 'rms', responses, null) as respondents
    from covered
    inner join rounds using (round_key)
),

final as (
    select
        m.round_key,
        m.operation,
        m.component,
        p.place_code,
        p.place_level,
        p.parent_code,
        p.place_name_en,
        p.place_name_ru,
        p.place_name_ky,
        if(m.is_suppressed, null, m.communities) as communities,
        m.informants,
        m.informants / nullif(m.communities, 0) as informants_per_community,
        if(m.component = 'rms', null, m.assessments) as assessment_rows,
        if(m.is_suppressed, null, m.respondents) as respondents,
        if(p.place_level = 0, m.planned_communities, null) as planned_communities,
        if(p.place_level = 0, round(100.0 * m.communities / nullif(m.planned_communities, 0), 4), null)
            as coverage_percent,
        m.fieldwork_start,
        m.fieldwork_end,
        m.window_start,
        m.window_end,
        if(m.is_suppressed, null, m.first_interview_date) as first_interview_date,
        if(m.is_suppressed, null, m.last_interview_date) as last_interview_date,
        m.is_suppressed,
        m.is_synthetic
    from marked as m
    inner join {{ ref('int_place_observed') }} as p on m.round_key = p.round_key and m.place_code = p.place_code
)

select * from final
order by round_key, place_level, place_code
