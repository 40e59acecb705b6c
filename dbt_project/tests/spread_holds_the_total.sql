-- What is believed of the informants of a place lies between what the smallest and the largest of them said.
select round_key, place_code, population_category, individuals_low, individuals, individuals_high
from {{ ref('mart_population') }}
where not coalesce(individuals between individuals_low and individuals_high, true)
