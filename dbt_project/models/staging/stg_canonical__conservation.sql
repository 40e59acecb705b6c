select
    round_key,
    measure,
    delivered,
    accepted,
    rejected
from {{ source('canonical', 'conservation') }}
