select
    round_key,
    place_code,
    place_level,
    parent_code,
    place_name_en,
    place_name_ru,
    place_name_ky,
    delivered_code,
    in_gazetteer
from {{ source('canonical', 'place') }}
