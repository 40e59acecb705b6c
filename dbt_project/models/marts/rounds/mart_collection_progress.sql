with interviews as (
    select
        i.round_key,
        a.ancestor_code as place_code,
        count(*) filter (where i.is_accepted) as accepted,
        count(*) filter (where not i.is_accepted and i.kind = 'interview') as rejected,
        count(*) filter (where i.kind = 'test') as tests,
        count(*) filter (where i.kind = 'back_check') as back_checks
    from (
        select
            n.round_key, n.is_accepted, n.kind,
            -- a row whose place nobody knows counts for the country
            coalesce(k.place_code, t.place_code) as place_code
        from {{ ref('stg_canonical__interview') }} as n
        left join {{ ref('int_place_observed') }} as k on n.round_key = k.round_key and n.place_code = k.place_code
        left join {{ ref('int_place_observed') }} as t on n.round_key = t.round_key and t.place_level = 0
    ) as i
    inner join {{ ref('int_place_ancestor') }} as a on i.round_key = a.round_key and i.place_code = a.place_code
    group by i.round_key, a.ancestor_code
),

-- What the coverage of a survey withholds is withheld here too.
joined as (
    select
        p.*,
        r.operation, r.component, r.row_grain, r.fieldwork_start, r.is_synthetic,
        i.accepted, i.rejected, i.tests, i.back_checks,
        coalesce(c.is_suppressed, false) as is_suppressed
    from {{ ref('int_collection_pace') }} as p
    inner join {{ source('reference', 'round') }} as r on p.round_key = r.round_key
    left join interviews as i on p.round_key = i.round_key and p.place_code = i.place_code
    left join {{ ref('mart_round_coverage') }} as c on p.round_key = c.round_key and p.place_code = c.place_code
),

final as (
    select
        round_key,
        operation,
        component,
        place_code,
        place_level::integer as place_level,
        parent_code,
        place_name_en,
        place_name_ru,
        place_name_ky,
        case when is_survey then 'interviews' else 'communities' end as progress_unit,
        planned_communities,
        if(is_suppressed, null, communities) as communities,
        case when not is_suppressed and planned_communities is not null then greatest(planned_communities - communities, 0) end
            as communities_missing,
        planned_interviews,
        if(is_suppressed or row_grain = 'site', null, coalesce(accepted, 0)) as interviews,
        if(is_suppressed or row_grain = 'site', null, coalesce(rejected, 0)) as interviews_rejected,
        if(is_suppressed or row_grain = 'site', null, coalesce(tests, 0)) as interviews_test,
        if(is_suppressed or row_grain = 'site', null, coalesce(back_checks, 0)) as interviews_back_check,
        if(is_suppressed, null, round(100.0 * done / nullif(planned, 0), 4)) as progress_percent,
        if(is_suppressed, null, first_day) as first_day,
        if(is_suppressed, null, last_day) as last_day,
        if(is_suppressed, null, days_worked) as days_worked,
        if(is_suppressed, null, round(pace_per_day, 4))::double as pace_per_day,
        if(is_suppressed, null, projected_end) as projected_end,
        if(is_suppressed, 'withheld', projection_note) as projection_note,
        if(is_suppressed, 'withheld', collection_status) as collection_status,
        fieldwork_start,
        fieldwork_end,
        is_suppressed,
        is_synthetic
    from joined
)

select * from final
order by round_key, place_level, place_code
