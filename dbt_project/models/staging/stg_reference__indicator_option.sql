select
    operation,
    indicator_code,
    option_code,
    option_name_en,
    option_name_ru,
    option_name_ky,
    sort_order
from {{ source('reference', 'indicator_option') }}
