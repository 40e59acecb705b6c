-- The national total of each category is the sum of what was reconciled in the communities: nobody twice, nobody lost.
with communities as (
    select round_key, population_category, sum(individuals) as individuals
    from {{ ref('int_community_population') }}
    group by round_key, population_category
),

national as (
    select round_key, population_category, individuals
    from {{ ref('mart_population') }}
    where place_level = 0 and sex = 'all' and age_group = 'all' and not is_suppressed
)

select c.round_key, c.population_category, c.individuals, n.individuals as national_individuals
from communities as c
inner join national as n on c.round_key = n.round_key and c.population_category = n.population_category
where c.individuals is distinct from n.individuals
