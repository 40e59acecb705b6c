select
    place_code,
    operation,
    geography_vintage,
    place_level,
    parent_code,
    place_name_en,
    place_name_ru,
    place_name_ky,
    place_type,
    population,
    population_year,
    place_source
from {{ source('reference', 'place') }}
