with departures as (
    select *, sum(individuals) over (partition by round_key, place_code) as all_years
    from {{ ref('int_part_population') }}
    where shown_in = 'departures'
)

select
    {{ part_place_columns('d') }},
    d.item::integer as departure_year,
    {{ is_whole_year('d') }} as is_whole_year,
    {{ unless_withheld('d', 'd.individuals') }} as individuals,
    {{ unless_any_withheld('d', 'd.individuals / nullif(d.all_years, 0)') }} as share_of_departures,
    {{ unless_any_withheld('d', 'd.all_years') }}::bigint as all_years,
    {{ unless_any_withheld('d', 'd.category_total') }} as category_total,
    {{ unless_any_withheld('d', '(d.all_years - d.category_total)') }}::bigint as difference_from_total,
    {{ part_end_columns('d') }}
from departures as d
order by d.round_key, d.place_level, d.place_code, departure_year
