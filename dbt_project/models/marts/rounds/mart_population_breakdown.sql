select
    round_key,
    operation,
    place_code,
    place_level,
    parent_code,
    place_name_en,
    place_name_ru,
    place_name_ky,
    population_category,
    dimension,
    item,
    if(is_suppressed, null, individuals) as individuals,
    if(is_suppressed, null, households) as households,
    value_status,
    is_suppressed,
    window_start,
    window_end,
    is_synthetic
from {{ ref('int_part_population') }}
where not is_return_year and not is_country_link
order by round_key, place_level, place_code, population_category, dimension, item
