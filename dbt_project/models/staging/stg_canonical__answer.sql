select
    round_key,
    response_key,
    question_code,
    option_code,
    value_number,
    value_status
from {{ source('canonical', 'answer') }}
