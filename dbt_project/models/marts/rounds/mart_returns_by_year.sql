with returns as (
    select *, sum(individuals) over (partition by round_key, place_code) as all_years
    from {{ ref('int_part_population') }}
    where shown_in = 'returns'
)

select
    {{ part_place_columns('r') }},
    r.item::integer as return_year,
    {{ is_whole_year('r') }} as is_whole_year,
    {{ unless_withheld('r', 'r.individuals') }} as individuals,
    {{ unless_any_withheld('r', 'r.individuals / nullif(r.all_years, 0)') }} as share_of_returns,
    {{ unless_any_withheld('r', 'r.all_years') }}::bigint as all_years,
    {{ unless_any_withheld('r', 'r.category_total') }} as category_total,
    {{ unless_any_withheld('r', '(r.all_years - r.category_total)') }}::bigint as difference_from_total,
    {{ part_end_columns('r') }}
from returns as r
order by r.round_key, r.place_level, r.place_code, return_year
