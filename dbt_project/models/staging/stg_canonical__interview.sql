-- Enumerators, devices and distances stay in the canonical table: no model reads them.
select
    round_key,
    interview_key,
    row_number,
    is_accepted,
    reason_code,
    kind,
    interview_date,
    started_at,
    submitted_at,
    place_code,
    place_level
from {{ source('canonical', 'interview') }}
