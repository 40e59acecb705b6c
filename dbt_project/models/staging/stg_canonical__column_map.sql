select
    round_key,
    sheet,
    column_number,
    column_label,
    field,
    mapping,
    column_class
from {{ source('canonical', 'column_map') }}
