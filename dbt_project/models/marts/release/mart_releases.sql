select
    release_id,
    parent_release_id,
    published_at,
    round_keys,
    is_current
from {{ source('reference', 'release') }}
order by release_id
