-- A figure on the boundaries of a vintage is about a place that dim_place has in that vintage.
select distinct v.round_key, v.geography_vintage, v.place_code
from {{ ref('mart_population_by_vintage') }} as v
left join {{ ref('dim_place') }} as p
    on v.operation = p.operation and v.geography_vintage = p.geography_vintage and v.place_code = p.place_code
where p.place_code is null
