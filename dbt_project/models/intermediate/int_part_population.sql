-- The parts of a category (year, country, reason, origin, …) at every published level, small cells marked but not yet
-- withheld: the marts below do that. Only whole parts: a part by sex or age would count its people twice.
with rounds as (
    select r.*, o.small_cell_threshold, o.suppress_from_level
    from {{ source('reference', 'round') }} as r
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
),

parts as (
    select
        p.round_key,
        p.row_id,
        p.place_code,
        p.population_category,
        p.dimension,
        coalesce(p.item, 'unknown') as item,
        {{ counted('individuals') }} as individuals,
        {{ counted('households') }} as households,
        {{ status_flags() }}
    from {{ ref('stg_canonical__population') }} as p
    inner join {{ ref('int_informant_choice') }} as c
        on p.round_key = c.round_key and p.row_id = c.row_id and p.population_category = c.population_category
    where
        c.is_chosen and p.dimension not in ('total', 'sex', 'age', 'sex_age')
        and p.sex = 'all' and p.age_group = 'all'
    group by p.round_key, p.row_id, p.place_code, p.population_category, p.dimension, coalesce(p.item, 'unknown')
),

rolled as (
    select
        q.round_key,
        a.ancestor_code as place_code,
        q.population_category,
        q.dimension,
        q.item,
        sum(q.individuals)::bigint as individuals,
        sum(q.households)::bigint as households,
        {{ rolled_flags('q') }}
    from parts as q
    inner join {{ ref('int_place_ancestor') }} as a on q.round_key = a.round_key and q.place_code = a.place_code
    where a.is_published
    group by q.round_key, a.ancestor_code, q.population_category, q.dimension, q.item
),

small as (
    select
        r.* exclude (place_code),
        p.* exclude (round_key, operation, geography_vintage),
        t.* exclude (round_key),
        {{ value_status() }} as value_status,
        {{ is_small_cell('individuals') }} or {{ is_small_cell('households') }} as is_small
    from rolled as r
    inner join {{ ref('int_place_observed') }} as p on r.round_key = p.round_key and r.place_code = p.place_code
    inner join rounds as t on r.round_key = t.round_key
)

select
    *,
    -- One small part withholds the parts of the place: it could be told from its neighbours.
    bool_or(is_small) over (partition by round_key, place_code, population_category, dimension) as is_suppressed,
    population_category = 'returned' and dimension = 'year' and regexp_full_match(item, '[0-9]{4}') as is_return_year,
    dimension = 'country' and c.link_type is not null as is_country_link,
    c.link_type
from small
left join {{ ref('population_categories') }} as c using (population_category)
