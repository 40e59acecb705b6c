{{ config(materialized='view') }}

-- The counts of the chosen rows by sex and age, as they were told. A view, as what it is made of.
select
    p.round_key,
    p.row_id,
    p.place_code,
    p.population_category,
    p.sex,
    p.age_group,
    case when p.unit = 'individuals' and p.is_counted then p.value end as individuals,
    case when p.unit = 'households' and p.is_counted then p.value end as households,
    p.unit = 'individuals' and p.value_status = 'reported' as has_reported,
    p.unit = 'individuals' and p.value_status = 'derived' as has_derived,
    p.unit = 'individuals' and p.value_status in ('missing', 'unreadable') as has_missing
from {{ ref('int_chosen_count') }} as p
where p.dimension in ('total', 'sex', 'age', 'sex_age')
