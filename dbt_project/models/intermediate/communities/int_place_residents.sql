-- Residents of the gazetteer's places, where they were counted on the boundaries that the place has in its vintage. A census
-- of 2026 says nothing about a city as it was before it took in its suburbs in 2025.
with starts as (
    select operation, geography_vintage, min(valid_from) as first_day
    from {{ source('reference', 'place') }}
    where geography_vintage is not null
    group by operation, geography_vintage
),

links as (
    select
        operation, from_vintage, from_code, to_vintage, to_code,
        share, count(*) over (partition by operation, from_vintage, to_vintage, to_code) as links_to
    from {{ source('reference', 'place_crosswalk') }}
),

-- Whether a place has other boundaries in another vintage, seen from both ends of the links.
moved as (
    select
        operation, geography_vintage, place_code, other_vintage,
        max(case when share is distinct from 1 or links_to > 1 then 1 else 0 end) = 1 as is_moved
    from (
        select operation, from_vintage as geography_vintage, from_code as place_code, to_vintage as other_vintage, share, links_to
        from links
        union all
        select operation, to_vintage as geography_vintage, to_code as place_code, from_vintage as other_vintage, share, links_to
        from links
    ) as ends
    group by operation, geography_vintage, place_code, other_vintage
),

-- Counted while another vintage held. Without a link nobody says that a place below the country stayed as it was.
misdated as (
    select p.operation, p.geography_vintage, p.place_code
    from {{ source('reference', 'place') }} as p
    inner join starts as s on p.operation = s.operation and p.geography_vintage = s.geography_vintage
    inner join starts as o on p.operation = o.operation and p.geography_vintage <> o.geography_vintage
    left join moved as m
        on p.operation = m.operation and p.geography_vintage = m.geography_vintage
        and p.place_code = m.place_code and o.geography_vintage = m.other_vintage
    where
        coalesce(m.is_moved, p.place_level > 0)
        and (
            (o.first_day > s.first_day and p.population_year >= extract(year from o.first_day))
            or (o.first_day < s.first_day and p.population_year < extract(year from s.first_day))
        )
    group by p.operation, p.geography_vintage, p.place_code
)

select
    p.operation,
    p.geography_vintage,
    p.place_code,
    case when m.place_code is null then p.population end as residents,
    case when m.place_code is null and p.population is not null then p.population_year end as residents_year,
    case when m.place_code is null and p.population is not null then p.place_source end as residents_source,
    case
        when p.population is null then 'unknown'
        when m.place_code is not null then 'other_boundaries'
        else 'known'
    end as residents_status
from {{ source('reference', 'place') }} as p
left join misdated as m
    on p.operation = m.operation and p.geography_vintage = m.geography_vintage and p.place_code = m.place_code
