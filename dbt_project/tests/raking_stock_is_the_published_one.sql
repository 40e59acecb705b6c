-- The stock that surveys are raked to is the one that is published, wherever that is not withheld.
select
    s.round_key,
    s.place_code,
    s.population_category,
    s.sex
from {{ ref('int_oblast_stock') }} as s
inner join {{ ref('mart_population') }} as p
    on s.round_key = p.round_key and s.place_code = p.place_code
    and s.population_category = p.population_category and s.sex = p.sex
where p.age_group = 'all' and not p.is_suppressed and s.individuals is distinct from p.individuals
