with returns as (
    select *, sum(individuals) over (partition by round_key, place_code) as all_years
    from {{ ref('int_part_population') }}
    where is_return_year
)

select
    round_key,
    operation,
    place_code,
    place_level,
    parent_code,
    place_name_en,
    place_name_ru,
    place_name_ky,
    item::integer as return_year,
    if(is_suppressed, null, individuals) as individuals,
    if(is_suppressed, null, individuals / nullif(all_years, 0)) as share_of_returns,
    value_status,
    is_suppressed,
    window_start,
    window_end,
    is_synthetic
from returns
order by round_key, place_level, place_code, return_year
