-- Every release is set against what was said before it: its own statements are the figures that are new, changed or gone.
with this_release as (
    select release_id, published_at from {{ source('reference', 'release') }} where is_current
),

figures as (
    select
        p.round_key, p.operation, p.component, p.place_code, p.place_level, p.place_name_en, p.place_name_ru, p.place_name_ky,
        p.population_category, 'total' as figure_code, p.individuals, p.is_suppressed, p.is_synthetic
    from {{ ref('mart_population') }} as p
    where p.sex = 'all' and p.age_group = 'all'
    union all
    select
        round_key, operation, component, place_code, place_level, place_name_en, place_name_ru, place_name_ky,
        population_category, cast(reference_year as string), individuals, is_suppressed, is_synthetic
    from {{ ref('mart_vintages') }}
),

-- What is withheld now is not told by older statements either, nor what today's rules would withhold.
history as (
    select
        h.release_id, h.published_at, h.round_key, h.operation, h.component, h.place_code, h.place_level, h.place_name_en,
        h.place_name_ru, h.place_name_ky, h.population_category, h.figure_code, h.statement, h.is_synthetic,
        case when not coalesce(f.is_suppressed, false) and not h.is_small then h.individuals end as individuals
    from (
        select s.*, {{ is_small_cell('s.individuals') }} as is_small
        from {{ source('reference', 'release_statement') }} as s
        inner join {{ source('reference', 'operation') }} as o on s.operation = o.operation
        where s.place_level <= o.finest_published_level
    ) as h
    left join figures as f
        on h.round_key = f.round_key and h.place_code = f.place_code
        and h.population_category = f.population_category and h.figure_code = f.figure_code
),

last_said as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by round_key, place_code, population_category, figure_code order by release_id desc
            ) as said_before
        from history
    ) as h
    where said_before = 1
),

stated as (
    select
        t.release_id, t.published_at, f.round_key, f.operation, f.component, f.place_code, f.place_level,
        f.place_name_en, f.place_name_ru, f.place_name_ky, f.population_category, f.figure_code,
        case
            when f.is_suppressed then 'withheld'
            when f.individuals is null then 'withdrawn'
            when l.round_key is null then 'new'
            else 'changed'
        end as statement,
        f.individuals,
        f.is_synthetic
    from figures as f
    cross join this_release as t
    left join last_said as l
        on f.round_key = l.round_key and f.place_code = l.place_code
        and f.population_category = l.population_category and f.figure_code = l.figure_code
    where
        (l.round_key is null and f.individuals is not null)
        or (l.round_key is not null and not f.is_suppressed and f.individuals is distinct from l.individuals)
        or (l.round_key is not null and f.is_suppressed and l.statement <> 'withheld')
),

withdrawn as (
    select
        t.release_id, t.published_at, l.round_key, l.operation, l.component, l.place_code, l.place_level,
        l.place_name_en, l.place_name_ru, l.place_name_ky, l.population_category, l.figure_code,
        'withdrawn' as statement, cast(null as bigint) as individuals, l.is_synthetic
    from last_said as l
    cross join this_release as t
    left join figures as f
        on l.round_key = f.round_key and l.place_code = f.place_code
        and l.population_category = f.population_category and l.figure_code = f.figure_code
    where f.round_key is null and l.statement <> 'withdrawn'
),

statements as (
    select
        release_id, published_at, round_key, operation, component, place_code, place_level, place_name_en, place_name_ru,
        place_name_ky, population_category, figure_code, statement, individuals, is_synthetic
    from history
    union all
    select * from stated
    union all
    select * from withdrawn
),

ordered as (
    select
        *,
        lag(release_id) over said as previous_release_id,
        lag(individuals) over said as previous_individuals,
        row_number() over (
            partition by round_key, place_code, population_category, figure_code order by release_id desc
        ) = 1 as is_latest
    from statements
    window said as (partition by round_key, place_code, population_category, figure_code order by release_id)
)

select
    o.release_id,
    o.published_at,
    o.round_key,
    o.operation,
    o.component,
    o.place_code,
    o.place_level,
    o.place_name_en,
    o.place_name_ru,
    o.place_name_ky,
    o.population_category,
    coalesce(c.category_name_en, o.population_category) as category_name_en,
    coalesce(c.category_name_ru, o.population_category) as category_name_ru,
    coalesce(c.category_name_ky, o.population_category) as category_name_ky,
    o.figure_code,
    case when o.figure_code <> 'total' then cast(o.figure_code as integer) end as reference_year,
    o.statement,
    o.individuals,
    o.previous_release_id,
    o.previous_individuals,
    o.individuals - o.previous_individuals as difference,
    o.is_latest,
    o.statement = 'withheld' as is_suppressed,
    o.is_synthetic
from ordered as o
left join {{ ref('population_categories') }} as c on o.population_category = c.population_category
order by o.release_id, o.round_key, o.population_category, o.place_level, o.place_code, o.figure_code
