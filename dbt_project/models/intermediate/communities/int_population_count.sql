{{ config(materialized='view') }}

-- The counts of the chosen rows by sex and age, as they were told. A view: engines write down what is named twice, and this is
-- nearly as long as the delivery.
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
from {{ ref('stg_canonical__population') }} as p
inner join {{ ref('int_informant_choice') }} as c
    on p.round_key = c.round_key and p.row_id = c.row_id and p.population_category = c.population_category
where c.is_chosen and p.dimension in ('total', 'sex', 'age', 'sex_age')
