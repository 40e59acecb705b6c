-- Figures that are counted: communities, people heard, people of a category, kinds of places reached, rounds.
with coverage as (
    select c.*, r.row_grain = 'respondent' as is_survey
    from {{ ref('mart_round_coverage') }} as c
    inner join {{ source('reference', 'round') }} as r on c.round_key = r.round_key
    where c.place_level = 0
),

stocks as (
    select * from {{ ref('mart_population') }}
    where place_level = 0 and sex = 'all' and age_group = 'all' and individuals is not null
),

-- A place whose counts are withheld was reached all the same.
kinds as (
    select c.round_key, replace(p.place_type, ' ', '_') as place_type, count(*) as places
    from {{ ref('mart_round_coverage') }} as c
    inner join {{ source('reference', 'round') }} as r on c.round_key = r.round_key
    inner join {{ ref('dim_place') }} as p
        on r.operation = p.operation and r.geography_vintage = p.geography_vintage and c.place_code = p.place_code
    where p.place_type is not null and c.place_level > 0 and (c.communities > 0 or c.is_suppressed)
    group by c.round_key, replace(p.place_type, ' ', '_')
),

-- A register counts rounds where it holds each of them from the first on, with the day on which it began.
registers as (
    select operation, component
    from {{ source('reference', 'registered_round') }}
    where fieldwork_start is not null
    group by operation, component
    having count(*) = max(round_number) and min(round_number) = 1
),

-- The day of the claim, or else the last day of the round's own fieldwork.
days as (
    select c.figure_code, r.round_key, r.operation, r.component, coalesce(p.as_of, r.fieldwork_end) as as_of
    from {{ source('reference', 'round') }} as r
    inner join registers as g on r.operation = g.operation and r.component = g.component
    cross join (select 'rounds.carried_out' as figure_code union all select 'rounds.in_progress') as c
    left join {{ source('reference', 'published_figure') }} as p
        on r.round_key = p.round_key and c.figure_code = p.figure_code
),

rounds as (
    select
        d.round_key, d.figure_code, d.as_of,
        cast(d.as_of as string) as as_of_en, cast(d.as_of as string) as as_of_ru, cast(d.as_of as string) as as_of_ky,
        count(*) filter (where g.fieldwork_end <= d.as_of) as carried_out,
        count(*) filter (
            where g.fieldwork_start <= d.as_of and (g.fieldwork_end > d.as_of or g.fieldwork_end is null)
        ) as in_progress
    from days as d
    inner join {{ source('reference', 'registered_round') }} as g
        on d.operation = g.operation and d.component = g.component
    where d.as_of is not null
    group by d.round_key, d.figure_code, d.as_of
)

select {{ figure("'communities'", "'communities'", 'communities') }}
from coverage
where not is_survey and communities is not null
union all
select {{ figure("'informants'", "'informants'", 'informants') }}
from coverage
where not is_survey and informants is not null
union all
select {{ figure("'respondents'", "'respondents'", 'respondents') }}
from coverage
where is_survey and respondents is not null
union all
select {{ figure('population_category', 'population_category', 'individuals', indicator="'stock.' || population_category") }}
from stocks
union all
select {{ figure("'places.' || place_type", "'places.' || place_type", 'places') }}
from kinds
union all
select
    {{ figure(
        'figure_code', 'figure_code', "case when figure_code = 'rounds.carried_out' then carried_out else in_progress end",
        item='as_of', as_of='as_of'
    ) }}
from rounds
