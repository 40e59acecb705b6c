{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

-- Years as the chosen informant gave them. Only whole parts, and only items that are one calendar year.
select
    p.round_key,
    p.place_code,
    p.population_category,
    try_cast(p.item as integer) as reference_year,
    cast({{ counted('individuals') }} as bigint) as individuals,
    cast({{ counted('households') }} as bigint) as households,
    {{ status_flags() }}
from {{ ref('int_chosen_count') }} as p
where p.dimension = 'year' and p.sex = 'all' and p.age_group = 'all' and {{ is_all_of('p.item', '[0-9]{4}') }}
group by p.round_key, p.place_code, p.population_category, p.item
order by p.round_key, p.population_category, p.place_code, reference_year
