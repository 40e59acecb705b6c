-- The same cell of sex × age under two dimensions (sex and sex_age, say) would count its people twice. Rows are looked at where
-- the round has such a cell at all.
with twice as (
    select round_key, population_category, unit, sex, age_group
    from {{ ref('stg_canonical__population') }}
    where dimension in ('total', 'sex', 'age', 'sex_age')
    group by round_key, population_category, unit, sex, age_group
    having min(dimension) <> max(dimension)
)

select p.round_key, p.row_id, p.population_category, p.unit, p.sex, p.age_group, count(distinct p.dimension) as dimensions
from {{ ref('stg_canonical__population') }} as p
inner join twice as t
    on p.round_key = t.round_key and p.population_category = t.population_category and p.unit = t.unit
    and p.sex = t.sex and p.age_group = t.age_group
where p.dimension in ('total', 'sex', 'age', 'sex_age')
group by p.round_key, p.row_id, p.population_category, p.unit, p.sex, p.age_group
having count(distinct p.dimension) > 1
