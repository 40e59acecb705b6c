select
    operation,
    component,
    indicator_code,
    indicator_name_en,
    indicator_name_ru,
    indicator_name_ky,
    definition_en,
    denominator_en,
    unit,
    kind,
    question_code,
    sort_order
from {{ source('reference', 'indicator') }}
order by operation, component, sort_order, indicator_code
