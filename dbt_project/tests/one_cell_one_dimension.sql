-- The same cell of sex × age under two dimensions (sex and sex_age, say) would count its people twice.
select round_key, row_id, population_category, unit, sex, age_group, count(distinct dimension) as dimensions
from {{ ref('stg_canonical__population') }}
where dimension in ('total', 'sex', 'age', 'sex_age')
group by round_key, row_id, population_category, unit, sex, age_group
having count(distinct dimension) > 1
