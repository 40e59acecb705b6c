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

joined as (
    select
        p.*,
        r.operation, r.component, r.row_grain, r.fieldwork_start, r.is_synthetic,
        i.accepted, i.rejected, i.tests, i.back_checks
    from {{ ref('int_collection_pace') }} as p
    inner join {{ source('reference', 'round') }} as r on p.round_key = r.round_key
    left join interviews as i on p.round_key = i.round_key and p.place_code = i.place_code
)

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
    planned_communities::integer as planned_communities,
    communities,
    case when planned_communities is not null then greatest(planned_communities - communities, 0) end as communities_missing,
    planned_interviews::integer as planned_interviews,
    case when row_grain <> 'site' then coalesce(accepted, 0) end as interviews,
    case when row_grain <> 'site' then coalesce(rejected, 0) end as interviews_rejected,
    case when row_grain <> 'site' then coalesce(tests, 0) end as interviews_test,
    case when row_grain <> 'site' then coalesce(back_checks, 0) end as interviews_back_check,
    {{ rounded('1e2 * done / nullif(planned, 0)', 4) }} as progress_percent,
    first_day,
    last_day,
    days_worked,
    {{ rounded('pace_per_day', 4) }} as pace_per_day,
    projected_end,
    projection_note,
    collection_status,
    fieldwork_start,
    fieldwork_end,
    is_synthetic
from joined
