-- A year as two rounds in a row gave it, in the communities that gave it both times. Unsuppressed: never published as it is.
select
    y.round_key,
    p.place_code,
    y.population_category,
    y.reference_year,
    min(p.place_level) as place_level,
    count(*) as communities,
    cast(sum(y.previous_individuals) as bigint) as previous_individuals,
    cast(sum(y.individuals) as bigint) as individuals,
    max(c.community_level) as community_level
from {{ ref('int_pair_year') }} as y
inner join {{ ref('int_pair_place') }} as p
    on y.round_key = p.round_key and y.previous_place_code = p.previous_place_code and y.place_code = p.community_code
inner join (
    select distinct round_key, place_code, community_level from {{ ref('int_pair_community') }}
) as c on y.round_key = c.round_key and y.place_code = c.place_code
where y.is_whole and y.previous_individuals is not null and y.individuals is not null
group by y.round_key, p.place_code, y.population_category, y.reference_year
