select
    population_category,
    category_name_en,
    category_name_ru,
    category_name_ky,
    link_type,
    definition_en,
    definition_ru,
    definition_ky,
    sort_order
from {{ ref('population_categories') }}
order by sort_order, population_category
