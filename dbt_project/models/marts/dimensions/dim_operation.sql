select
    operation,
    operation_name_en,
    operation_name_ru,
    operation_name_ky,
    country_iso3,
    programme,
    credit_line,
    licence,
    finest_published_level,
    small_cell_threshold,
    suppress_from_level,
    survey_minimum_n
from {{ source('reference', 'operation') }}
order by operation
