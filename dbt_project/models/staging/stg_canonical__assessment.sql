select
    round_key,
    row_id,
    sheet,
    row_number,
    place_code,
    place_level,
    informant_count,
    interview_date,
    submitted_at,
    form_version
from {{ source('canonical', 'assessment') }}
