select
    operation,
    operation_name_en,
    operation_name_ru,
    operation_name_ky,
    country_iso3,
    programme,
    credit_line,
    licence,
    programme_ru,
    programme_ky,
    credit_line_ru,
    credit_line_ky,
    licence_ru,
    licence_ky,
    finest_published_level,
    small_cell_threshold,
    suppress_from_level,
    survey_minimum_n
from {{ source('reference', 'operation') }}
order by operation
