-- Returns by year, as one round was told. A year counts where it lies in the reference window from its first day to its last.
with years as (
    select round_key, return_year, individuals
    from {{ ref('mart_returns_by_year') }}
    where
        place_level = 0 and individuals is not null
        and window_start <= make_date(return_year, 1, 1) and window_end >= make_date(return_year, 12, 31)
),

changes as (
    select
        t.round_key, t.return_year, 100e0 * (t.individuals - b.individuals) / b.individuals as change,
        cast(t.return_year as string) as year_en, cast(t.return_year as string) as year_ru,
        cast(t.return_year as string) as year_ky,
        cast(b.return_year as string) as before_en, cast(b.return_year as string) as before_ru,
        cast(b.return_year as string) as before_ky
    from years as t
    inner join years as b on t.round_key = b.round_key and t.return_year = b.return_year + 1
    where b.individuals > 0
),

ends as (
    select round_key, min(return_year) as first_year, max(return_year) as last_year
    from years
    group by round_key
),

trends as (
    select
        e.round_key, 100e0 * (l.individuals - f.individuals) / f.individuals as change,
        cast(e.last_year as string) as year_en, cast(e.last_year as string) as year_ru,
        cast(e.last_year as string) as year_ky,
        cast(e.first_year as string) as before_en, cast(e.first_year as string) as before_ru,
        cast(e.first_year as string) as before_ky,
        case
            when l.individuals > f.individuals then 'increase'
            when l.individuals < f.individuals then 'decrease'
            else 'no change'
        end as direction_en
    from ends as e
    inner join years as f on e.round_key = f.round_key and e.first_year = f.return_year
    inner join years as l on e.round_key = l.round_key and e.last_year = l.return_year
    where e.first_year < e.last_year and f.individuals > 0
),

worded as (
    select
        *,
        case direction_en when 'increase' then 'рост' when 'decrease' then 'снижение' else 'без изменений' end
            as direction_ru,
        case direction_en when 'increase' then 'өсүш' when 'decrease' then 'төмөндөө' else 'өзгөрүүсүз' end
            as direction_ky
    from trends
)

select
    {{ figure(
        "'change.returned.' || year_en", "'change.returned'", 'change', indicator="'returns_by_year'",
        item='year', part='before'
    ) }}
from changes
union all
select
    {{ figure(
        "'trend.returned'", "'trend.returned'", 'change', indicator="'returns_by_year'", item='year', part='before',
        text='direction', text_code='direction_en'
    ) }}
from worded
