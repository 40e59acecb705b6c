-- What may be compared like for like, for each pair of rounds and category, and what speaks against it.
with pairs as (
    select * from {{ ref('int_round_pair') }}
),

categories as (
    select distinct round_key, population_category from {{ ref('int_pair_community') }}
),

-- Years count as asked only where both rounds gave any.
asked as (
    select
        round_key, population_category,
        bool_or(is_whole) as has_whole_years
    from {{ ref('int_pair_year') }}
    group by round_key, population_category
    having count(previous_individuals) > 0 and count(individuals) > 0
),

whole_years as (
    select distinct round_key, population_category, reference_year
    from {{ ref('int_pair_year') }}
    where is_whole and previous_individuals is not null and individuals is not null
),

compared as (
    select
        round_key, population_category,
        {{ joined('cast(reference_year as string)', ', ', 'reference_year') }} as years_compared
    from whole_years
    group by round_key, population_category
),

standing as (
    select round_key, indicator_code, operation, component, series, is_limited, reason_en, reason_ru, reason_ky
    from {{ source('reference', 'indicator_comparability') }}
),

known as (
    select
        p.*,
        c.population_category,
        coalesce(w.counted_as, 'movers') as counted_as,
        a.round_key is not null as has_years,
        coalesce(a.has_whole_years, false) as has_whole_years,
        case
            when l.series <> e.series then 'definition_changed'
            when l.is_limited or e.is_limited then 'definition_limited'
        end as definition_word,
        -- The later round says why a series began; a limit stands with the round that has it.
        case when l.series <> e.series or l.is_limited then l.reason_en else e.reason_en end as definition_en,
        case when l.series <> e.series or l.is_limited then l.reason_ru else e.reason_ru end as definition_ru,
        case when l.series <> e.series or l.is_limited then l.reason_ky else e.reason_ky end as definition_ky
    from pairs as p
    inner join categories as c on p.round_key = c.round_key
    left join {{ ref('category_windows') }} as w on c.population_category = w.population_category
    left join asked as a on c.round_key = a.round_key and c.population_category = a.population_category
    left join standing as l
        on p.round_key = l.round_key and p.operation = l.operation and p.component = l.component
        and 'stock.' || c.population_category = l.indicator_code
    left join standing as e
        on p.previous_round_key = e.round_key and p.operation = e.operation and p.component = e.component
        and 'stock.' || c.population_category = e.indicator_code
),

judged as (
    select
        *,
        case
            -- One window: the whole totals speak of the same time. So they do where an operation has no windows.
            when same_window or (no_window and counted_as = 'hosted') then 'whole_total'
            when has_years and has_whole_years then 'same_years'
            -- Those who are there at the interview: a later end of the window is the later day of counting.
            when counted_as = 'hosted' and same_window_start and not has_years then 'whole_total'
        end as basis
    from known
)

select
    j.*,
    case when j.basis = 'same_years' then y.years_compared end as years_compared,
    case
        when basis is null and (
            previous_window_start is null or previous_window_end is null or window_start is null or window_end is null
        ) then 'window_unknown'
        when basis is null and has_years then 'no_common_year'
        when basis is null then 'window_moved'
        when basis = 'whole_total' and not same_window and not no_window then 'window_end_moved'
    end as window_word
from judged as j
left join compared as y on j.round_key = y.round_key and j.population_category = y.population_category
order by j.round_key, j.population_category
