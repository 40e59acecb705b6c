with places as (
    select * from {{ ref('int_collection_progress') }}
    where place_level <= 1
),

days as (
    select
        d.*,
        sum(d.visits) over so_far as visits_so_far,
        sum(d.communities_new) over so_far as communities_so_far
    from {{ ref('int_collection_day') }} as d
    where d.collection_day is not null
    window so_far as (partition by d.round_key, d.place_code order by d.collection_day)
),

-- The plan as a straight line from the first to the last day of fieldwork.
planned as (
    select
        p.*,
        case when progress_unit = 'interviews' then planned_interviews else planned_communities end as planned,
        {{ days_from('fieldwork_start', 'fieldwork_end') }} + 1 as length
    from places as p
)

select
    d.round_key,
    p.operation,
    p.component,
    p.place_code,
    p.place_level,
    p.parent_code,
    p.place_name_en,
    p.place_name_ru,
    p.place_name_ky,
    d.collection_day,
    p.progress_unit,
    if(p.interviews is null, null, d.visits) as interviews,
    if(p.interviews is null, null, d.visits_so_far)::bigint as interviews_so_far,
    d.communities_new,
    d.communities_so_far::bigint as communities_so_far,
    {{ rounded(
        'p.planned * least(greatest(' ~ days_from('p.fieldwork_start', 'd.collection_day') ~ ' + 1, 0), p.length) * 1e0 / nullif(p.length, 0)', 1
    ) }} as planned_so_far,
    p.is_synthetic
from days as d
inner join planned as p on d.round_key = p.round_key and d.place_code = p.place_code
