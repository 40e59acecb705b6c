-- A year as both rounds gave it in one community. Whole: the year lies wholly inside both reference windows.
with years as (
    select
        r.round_key, y.place_code as previous_place_code, m.place_code, y.population_category, y.reference_year,
        y.individuals as previous_individuals, cast(null as bigint) as individuals
    from {{ ref('int_round_pair') }} as r
    inner join {{ ref('int_community_year') }} as y on r.previous_round_key = y.round_key
    inner join {{ ref('int_place_match') }} as m
        on r.round_key = m.round_key and y.place_code = m.previous_place_code
    union all
    select
        r.round_key, m.previous_place_code, y.place_code, y.population_category, y.reference_year,
        null, y.individuals
    from {{ ref('int_round_pair') }} as r
    inner join {{ ref('int_community_year') }} as y on r.round_key = y.round_key
    inner join {{ ref('int_place_match') }} as m on r.round_key = m.round_key and y.place_code = m.place_code
),

together as (
    select
        round_key, previous_place_code, place_code, population_category, reference_year,
        max(previous_individuals) as previous_individuals,
        max(individuals) as individuals
    from years
    group by round_key, previous_place_code, place_code, population_category, reference_year
)

select
    t.*,
    coalesce(
        r.previous_window_start <= make_date(t.reference_year, 1, 1)
        and r.window_start <= make_date(t.reference_year, 1, 1)
        and r.previous_window_end >= make_date(t.reference_year, 12, 31)
        and r.window_end >= make_date(t.reference_year, 12, 31),
        false
    ) as is_whole
from together as t
inner join {{ ref('int_round_pair') }} as r on t.round_key = r.round_key
order by t.round_key, t.population_category, t.place_code, t.reference_year
