with marked as (
    select
        p.*,
        r.operation, r.component, r.planned_communities, r.fieldwork_start, r.fieldwork_end,
        r.window_start, r.window_end, r.is_synthetic,
        p.responses between 1 and o.survey_minimum_n - 1 as is_suppressed,
        if(r.component = 'rms', p.responses, null) as respondents
    from {{ ref('int_place_coverage') }} as p
    inner join {{ source('reference', 'round') }} as r on p.round_key = r.round_key
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
),

final as (
    select
        round_key,
        operation,
        component,
        place_code,
        place_level,
        parent_code,
        place_name_en,
        place_name_ru,
        place_name_ky,
        if(is_suppressed, null, communities) as communities,
        communities_in_frame,
        communities_of_frame_assessed,
        coverage_of_frame_percent,
        frame_year,
        frame_source,
        informants,
        informants / nullif(communities, 0) as informants_per_community,
        if(component = 'rms', null, assessments) as assessment_rows,
        if(is_suppressed, null, respondents) as respondents,
        if(place_level = 0, planned_communities, null) as planned_communities,
        if(place_level = 0, round(100.0 * communities / nullif(planned_communities, 0), 4), null) as coverage_percent,
        fieldwork_start,
        fieldwork_end,
        window_start,
        window_end,
        if(is_suppressed, null, first_interview_date) as first_interview_date,
        if(is_suppressed, null, last_interview_date) as last_interview_date,
        is_suppressed,
        is_synthetic
    from marked
)

select * from final
order by round_key, place_level, place_code
