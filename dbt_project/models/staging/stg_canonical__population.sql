select
    round_key,
    row_id,
    place_code,
    place_level,
    population_category,
    dimension,
    item,
    sex,
    age_group,
    unit,
    value,
    value_status,
    -- Missing is not zero: only these values are ever summed.
    coalesce(value_status in ('reported', 'derived') and value is not null, false) as is_counted
from {{ source('canonical', 'population') }}
