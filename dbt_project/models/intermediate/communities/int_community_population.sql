{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

with spread as (
    select
        c.round_key,
        c.place_code,
        c.population_category,
        sum(c.individuals) filter (where c.is_chosen)::bigint as individuals,
        sum(c.households) filter (where c.is_chosen)::bigint as households,
        sum(a.informant_count) filter (where c.individuals is not null)::bigint as informants,
        -- Sites of one place are different people: their smallest and largest are no spread.
        min(c.individuals) filter (where c.row_grain = 'informant') as individuals_min,
        max(c.individuals) filter (where c.row_grain = 'informant') as individuals_max,
        count(c.individuals) filter (where c.row_grain = 'informant') as informants_with_total
    from {{ ref('int_informant_choice') }} as c
    left join {{ ref('stg_canonical__assessment') }} as a on c.round_key = a.round_key and c.row_id = a.row_id
    group by c.round_key, c.place_code, c.population_category
)

select
    s.round_key,
    s.place_code,
    p.place_level,
    s.population_category,
    s.individuals,
    s.households,
    s.informants,
    s.individuals_min,
    s.individuals_max,
    s.informants_with_total
from spread as s
left join {{ ref('int_place_observed') }} as p on s.round_key = p.round_key and s.place_code = p.place_code
order by s.round_key, s.population_category, s.place_code
