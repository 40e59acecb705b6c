select
    round_key,
    code,
    severity,
    file_name,
    sheet,
    row_number,
    column_label,
    what,
    expected,
    todo,
    rows,
    people
from {{ source('canonical', 'finding') }}
