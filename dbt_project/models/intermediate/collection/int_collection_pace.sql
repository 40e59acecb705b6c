-- How fast a place is worked through, and when its plan is reached at the pace of the last days worked.
{% set last_days, fewest_days = 5, 3 %}
with latest_vintage as (
    {{ latest_vintages() }}
),

rounds as (
    select
        r.*,
        o.finest_published_level,
        coalesce(r.geography_vintage, v.latest) as vintage
    from {{ source('reference', 'round') }} as r
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
    left join latest_vintage as v on r.operation = v.operation
    where r.round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

-- Published places that the plan names and nobody has reached yet stand here too.
unreached as (
    select
        p.round_key, g.place_code, g.place_level, g.parent_code,
        g.place_name_en, g.place_name_ru, g.place_name_ky, 0 as communities, cast(null as bigint) as communities_in_frame
    from {{ source('reference', 'round_plan') }} as p
    inner join rounds as r on p.round_key = r.round_key
    inner join {{ source('reference', 'place') }} as g
        on r.operation = g.operation and r.vintage = g.geography_vintage and p.place_code = g.place_code
    anti join {{ ref('int_place_coverage') }} as c on p.round_key = c.round_key and p.place_code = c.place_code
    where g.place_level <= r.finest_published_level
),

places as (
    select
        round_key, place_code, place_level, parent_code,
        place_name_en, place_name_ru, place_name_ky, communities, communities_in_frame
    from {{ ref('int_place_coverage') }}
    union all
    select * from unreached
),

-- A plan of its own; the round's number for the country; every community of the frame where nothing else is planned.
planned as (
    select
        p.*,
        r.row_grain = 'respondent' as is_survey,
        coalesce(
            case when p.place_level = 0 then r.planned_communities end,
            n.planned_communities,
            case when r.planned_communities is null and n.round_key is null then p.communities_in_frame end
        )::bigint as planned_communities,
        coalesce(case when p.place_level = 0 then r.planned_interviews end, n.planned_interviews)::bigint
            as planned_interviews,
        r.fieldwork_end
    from places as p
    inner join rounds as r on p.round_key = r.round_key
    left join {{ source('reference', 'round_plan') }} as n on p.round_key = n.round_key and p.place_code = n.place_code
),

days as (
    select
        d.round_key,
        d.place_code,
        d.collection_day,
        case when r.row_grain = 'respondent' then d.visits else d.communities_new end as done,
        row_number() over (partition by d.round_key, d.place_code order by d.collection_day desc) as days_back
    from {{ ref('int_collection_day') }} as d
    inner join rounds as r on d.round_key = r.round_key
    where d.collection_day is not null
),

worked as (
    select
        round_key,
        place_code,
        min(collection_day) as first_day,
        max(collection_day) as last_day,
        count(*) as days_worked,
        sum(done) filter (where days_back <= {{ last_days }}) * 1e0 / least(count(*), {{ last_days }}) as pace_per_day
    from days
    group by round_key, place_code
),

totals as (
    select round_key, place_code, sum(visits)::bigint as visits
    from {{ ref('int_collection_day') }}
    group by round_key, place_code
),

joined as (
    select
        p.*,
        coalesce(t.visits, 0) as visits,
        w.first_day,
        w.last_day,
        coalesce(w.days_worked, 0) as days_worked,
        w.pace_per_day,
        case when p.is_survey then p.planned_interviews else p.planned_communities end as planned,
        case when p.is_survey then coalesce(t.visits, 0) else p.communities end as done,
        -- calendar days for one day worked, as the team has kept it so far
        ({{ days_from('w.first_day', 'w.last_day') }} + 1) * 1e0 / w.days_worked as days_for_one
    from planned as p
    left join worked as w on p.round_key = w.round_key and p.place_code = w.place_code
    left join totals as t on p.round_key = t.round_key and p.place_code = t.place_code
),

noted as (
    select
        *,
        case
            when planned is null then 'no_plan'
            when done >= planned then 'complete'
            when days_worked < {{ fewest_days }} then 'too_few_days'
            when coalesce(pace_per_day, 0) = 0 then 'no_progress'
        end as projection_note
    from joined
),

projected as (
    select
        *,
        case
            when projection_note is null
                then last_day + cast(ceil({{ rounded('(planned - done) / pace_per_day * days_for_one', 6) }}) as integer)
        end as projected_end
    from noted
)

select
    round_key, place_code, place_level, parent_code, place_name_en, place_name_ru, place_name_ky, communities,
    communities_in_frame, is_survey, planned_communities, planned_interviews, fieldwork_end, visits, first_day, last_day,
    days_worked, pace_per_day, planned, done, projection_note, projected_end,
    case
        when planned is not null and done >= planned then 'complete'
        when visits = 0 then 'not_started'
        when projection_note = 'no_progress' then 'behind'
        when projection_note is not null or fieldwork_end is null then 'not_known'
        when projected_end > fieldwork_end then 'behind'
        else 'on_track'
    end as collection_status
from projected
