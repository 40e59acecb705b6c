select
    {{ part_place_columns('b') }},
    {{ part_category_columns('b') }},
    b.dimension,
    b.dimension_name_en,
    b.dimension_name_ru,
    b.dimension_name_ky,
    b.item,
    b.item_name_en,
    b.item_name_ru,
    b.item_name_ky,
    b.adds_up as parts_rule,
    {{ unless_withheld('b', 'b.individuals') }} as individuals,
    {{ households_unless_withheld('b') }} as households,
    {{ share_of_total('b') }} as share_of_total,
    {{ unless_any_withheld('b', 'b.total_where_told') }} as total_where_told,
    {{ unless_any_withheld('b', 'b.category_total') }} as category_total,
    {{ part_end_columns('b') }}
from {{ ref('int_part_population') }} as b
where b.shown_in = 'breakdown'
order by b.round_key, b.place_level, b.place_code, b.population_category, b.dimension, b.item
