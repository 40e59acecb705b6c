-- What a round reached of every published place, and what the frame says was there to reach.
with latest_vintage as (
    {{ latest_vintages() }}
),

rounds as (
    select
        r.round_key, r.operation, r.component, o.finest_published_level,
        coalesce(r.geography_vintage, v.latest) as vintage
    from {{ source('reference', 'round') }} as r
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
    left join latest_vintage as v on r.operation = v.operation
    where r.round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

gazetteer as (
    select r.round_key, r.finest_published_level, p.*
    from rounds as r
    inner join {{ source('reference', 'place') }} as p on r.operation = p.operation and r.vintage = p.geography_vintage
),

-- A survey does not set out to reach every community: its clusters are not measured against the frame.
frame as (
    select r.round_key, f.place_code, f.communities, f.frame_year, f.frame_source
    from rounds as r
    inner join {{ source('reference', 'frame') }} as f on r.operation = f.operation and r.vintage = f.geography_vintage
    where r.component <> 'rms'
),

framed_places as (
    select f.round_key, f.place_code, g.parent_code
    from frame as f
    left join gazetteer as g on f.round_key = g.round_key and f.place_code = g.place_code
),

above as (
    {{ places_above('framed_places', 'gazetteer') }}
),

framed as (
    select
        a.round_key,
        a.ancestor_code as place_code,
        sum(f.communities)::bigint as communities_in_frame,
        max(f.frame_year) as frame_year,
        {{ joined_once('case when f.communities is not null then f.frame_source end', '; ') }} as source_of_communities,
        {{ joined_once('f.frame_source', '; ') }} as source_of_all
    from above as a
    inner join frame as f on a.round_key = f.round_key and a.place_code = f.place_code
    inner join gazetteer as g on a.round_key = g.round_key and a.ancestor_code = g.place_code
    where g.place_level <= g.finest_published_level
    group by a.round_key, a.ancestor_code
),

-- Communities of places whose number the frame states: only these are set against it. A round that was in a place as a
-- whole, and not in its communities, has not seen one of them.
in_frame as (
    select distinct a.round_key, a.place_code
    from {{ ref('int_place_ancestor') }} as a
    inner join frame as f on a.round_key = f.round_key and a.ancestor_code = f.place_code
    where f.communities is not null and (a.place_code <> f.place_code or f.communities = 1)
),

roots as (
    select round_key, min(place_code) as root_code
    from {{ ref('int_place_observed') }}
    where place_level = 0
    group by round_key
),

-- Both kinds of row in one shape. A respondent is no key informant, and the community is the cluster, not the place: a
-- survey's rows count as responses alone. A respondent without a place counts for the country.
interviews as (
    select m.round_key, m.place_code, m.place_code as community, m.informant_count, m.interview_date, 'assessment' as source
    from {{ ref('stg_canonical__assessment') }} as m
    inner join rounds as r on m.round_key = r.round_key and r.component <> 'rms'
    union all
    select r.round_key, coalesce(r.place_code, t.root_code), r.cluster, null, r.interview_date, 'response'
    from {{ ref('stg_canonical__response') }} as r
    left join roots as t on r.round_key = t.round_key
),

reached as (
    select
        i.round_key,
        a.ancestor_code as place_code,
        count(distinct i.community) as communities,
        count(distinct case when f.place_code is not null then i.community end) as communities_of_frame_assessed,
        sum(i.informant_count)::bigint as informants,
        count(*) filter (where i.source = 'assessment') as assessments,
        count(*) filter (where i.source = 'response') as responses,
        min(i.interview_date) as first_interview_date,
        max(i.interview_date) as last_interview_date
    from interviews as i
    inner join {{ ref('int_place_ancestor') }} as a on i.round_key = a.round_key and i.place_code = a.place_code
    left join in_frame as f on i.round_key = f.round_key and i.place_code = f.place_code
    where a.is_published
    group by i.round_key, a.ancestor_code
),

begun as (
    select round_key, max(informants) is not null as has_informants
    from reached
    group by round_key
),

-- Places of the frame that the round never reached stand here too, with nothing; a round that reached none has no row.
places as (
    select round_key, place_code from reached
    union
    select f.round_key, f.place_code from framed as f inner join begun as b on f.round_key = b.round_key
)

select
    p.round_key,
    p.place_code,
    coalesce(o.place_level, g.place_level)::integer as place_level,
    coalesce(o.parent_code, g.parent_code) as parent_code,
    coalesce(o.place_name_en, g.place_name_en, p.place_code) as place_name_en,
    coalesce(o.place_name_ru, g.place_name_ru, g.place_name_en, p.place_code) as place_name_ru,
    coalesce(o.place_name_ky, g.place_name_ky, g.place_name_en, p.place_code) as place_name_ky,
    coalesce(r.communities, 0) as communities,
    coalesce(r.informants, case when b.has_informants then 0 end) as informants,
    coalesce(r.assessments, 0) as assessments,
    coalesce(r.responses, 0) as responses,
    r.first_interview_date,
    r.last_interview_date,
    f.communities_in_frame,
    case when f.communities_in_frame is not null then coalesce(r.communities_of_frame_assessed, 0) end
        as communities_of_frame_assessed,
    {{ rounded('1e2 * coalesce(r.communities_of_frame_assessed, 0) / nullif(f.communities_in_frame, 0)', 4) }}
        as coverage_of_frame_percent,
    f.frame_year,
    coalesce(f.source_of_communities, f.source_of_all) as frame_source
from places as p
inner join begun as b on p.round_key = b.round_key
left join reached as r on p.round_key = r.round_key and p.place_code = r.place_code
left join framed as f on p.round_key = f.round_key and p.place_code = f.place_code
left join {{ ref('int_place_observed') }} as o on p.round_key = o.round_key and p.place_code = o.place_code
left join gazetteer as g on p.round_key = g.round_key and p.place_code = g.place_code
