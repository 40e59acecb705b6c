-- A place with few respondents is withheld with what lies in it, and with the next smallest place beside it where it would
-- stand alone: the number of the place above would tell it.
with recursive placed as (
    select
        p.*,
        r.operation, r.component, r.planned_communities, r.fieldwork_start, r.fieldwork_end,
        r.window_start, r.window_end, r.is_synthetic,
        case when p.responses between 1 and o.survey_minimum_n - 1 then 1 else 0 end as is_small,
        case when r.component = 'rms' then p.responses end as respondents
    from {{ ref('int_place_coverage') }} as p
    inner join {{ source('reference', 'round') }} as r on p.round_key = r.round_key
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
),

ranked as (
    select
        *,
        sum(is_small) over (partition by round_key, place_level, parent_code) as small_places,
        row_number() over (
            partition by round_key, place_level, parent_code
            order by is_small, case when responses > 0 then 0 else 1 end, responses, place_code
        ) as next_smallest
    from placed
),

withheld as (
    select round_key, place_code
    from ranked
    where is_small = 1 or (small_places = 1 and next_smallest = 1 and responses > 0)
    union
    select p.round_key, p.place_code
    from placed as p
    inner join withheld as w on p.round_key = w.round_key and p.parent_code = w.place_code
    where p.responses > 0
),

marked as (
    select p.*, w.place_code is not null as is_suppressed
    from placed as p
    left join withheld as w on p.round_key = w.round_key and p.place_code = w.place_code
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
        if(is_suppressed, null, informants) as informants,
        if(is_suppressed, null, informants / nullif(communities, 0)) as informants_per_community,
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
