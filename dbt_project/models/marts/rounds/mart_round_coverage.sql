with measured as (
    select
        p.*,
        r.operation, r.component, r.planned_communities, r.fieldwork_start, r.fieldwork_end,
        r.window_start, r.window_end, r.is_synthetic, o.survey_minimum_n,
        p.responses between 1 and o.survey_minimum_n - 1 as is_small,
        if(r.component = 'rms', p.responses, null) as respondents
    from {{ ref('int_place_coverage') }} as p
    inner join {{ source('reference', 'round') }} as r on p.round_key = r.round_key
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
),

-- An oblast of which the estimates tell no number of respondents has none here.
withheld_oblasts as (
    select
        round_key,
        domain as place_code,
        bool_and(is_domain_withheld) as is_withheld
    from {{ ref('int_survey_withheld') }}
    where domain_type = 'oblast' and indicator_code <> 'respondents'
    group by round_key, domain
),

ordered as (
    select
        *,
        sum(if(is_small, responses, 0)) over siblings as few_beside,
        count(case when is_small then 1 end) over siblings as small_beside,
        row_number() over (
            partition by round_key, place_level, parent_code, is_small or responses = 0 order by responses, place_code
        ) as place_order
    from measured
    window siblings as (partition by round_key, place_level, parent_code)
),

-- Few respondents in one place could be told from the place above and the others in it: the next smallest goes with them, and
-- with that all places in it, which would add up to it.
joined as (
    select
        o.*,
        not o.is_small and o.responses > 0
        and (
            coalesce(w.is_withheld, false)
            or o.place_order = 1
            and (o.small_beside = 1 or (o.small_beside > 1 and o.few_beside < o.survey_minimum_n))
        ) as goes_along
    from ordered as o
    left join withheld_oblasts as w on o.round_key = w.round_key and o.place_code = w.place_code and o.place_level = 1
),

{% for level in range(5) -%}
level_{{ level }} as (
    select
        j.*,
        {% if level %}j.goes_along or coalesce(a.is_along, false){% else %}false{% endif %} as is_along
    from joined as j
    {%- if level %}
    left join level_{{ level - 1 }} as a on j.round_key = a.round_key and j.parent_code = a.place_code
    {%- endif %}
    where j.place_level {{ '>=' if level == 4 else '=' }} {{ level }}
),

{% endfor -%}
marked as (
    select *, is_small or is_along as is_suppressed
    from (
        {% for level in range(5) %}select * from level_{{ level }}{{ " union all " if not loop.last }}{% endfor %}
    ) as places
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
        if(place_level = 0, {{ rounded('1e2 * communities / nullif(planned_communities, 0)', 4) }}, null) as coverage_percent,
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
