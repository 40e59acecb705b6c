select
    round_key,
    file_name,
    sheet,
    row_number,
    reason_code,
    column_label,
    people
from {{ source('canonical', 'rejected') }}
