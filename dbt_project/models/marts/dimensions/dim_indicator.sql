select
    operation,
    component,
    indicator_code,
    indicator_name_en,
    indicator_name_ru,
    indicator_name_ky,
    definition_en,
    definition_ru,
    definition_ky,
    denominator_en,
    denominator_ru,
    denominator_ky,
    unit,
    kind,
    topic,
    population_category,
    question_code,
    mart_name,
    mart_column,
    sort_order
from {{ source('reference', 'indicator') }}
order by operation, component, sort_order, indicator_code
