select
    round_key,
    response_key,
    sheet,
    row_number,
    place_code,
    place_level,
    stratum,
    cluster,
    weight,
    sex,
    age_years,
    age_group,
    country_iso3,
    interview_date,
    form_version
from {{ source('canonical', 'response') }}
