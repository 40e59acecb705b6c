with reasons as (
    select *, sum(individuals) over (partition by round_key, place_code, population_category) as all_reasons
    from {{ ref('int_part_population') }}
    where shown_in = 'reasons'
)

select
    {{ part_place_columns('r') }},
    {{ part_category_columns('r') }},
    r.item as reason_code,
    r.item_name_en as reason_name_en,
    r.item_name_ru as reason_name_ru,
    r.item_name_ky as reason_name_ky,
    coalesce(r.adds_up, 'several') as parts_rule,
    {{ unless_withheld('r', 'r.individuals') }} as individuals,
    {{ households_unless_withheld('r') }} as households,
    {{ share_of_total('r') }} as share_of_total,
    {{ unless_any_withheld('r', 'r.total_where_told') }} as total_where_told,
    {{ unless_any_withheld('r', 'r.all_reasons') }}::bigint as all_reasons,
    {{ unless_any_withheld('r', 'r.category_total') }} as category_total,
    {{ part_end_columns('r') }}
from reasons as r
order by r.round_key, r.place_level, r.place_code, r.population_category, r.item
