-- The sample beside the stock, cell by cell. Few respondents are withheld with all of their oblast, and with a second
-- oblast where there is no other: the totals of oblasts and sexes stand in mart_survey_estimates.
with stocks as (
    select
        m.round_key,
        p.round_key as stock_round_key,
        p.population_category,
        p.place_code,
        p.sex,
        p.individuals,
        p.place_level
    from {{ source('reference', 'survey_margin') }} as m
    inner join {{ ref('mart_population') }} as p
        on m.stock_round_key = p.round_key and m.population_category = p.population_category
    where m.margin_number = 1 and p.age_group = 'all' and p.place_level <= 1 and p.sex <> 'all'
),

country as (
    select
        round_key,
        sum(individuals) as individuals
    from stocks
    where place_level = 0
    group by round_key
),

keys as (
    select round_key, oblast, sex from {{ ref('int_survey_cell_weight') }}
    union
    select s.round_key, s.place_code, s.sex
    from stocks as s
    inner join (select distinct round_key from {{ ref('int_survey_cell_weight') }}) as c on s.round_key = c.round_key
    where s.place_level = 1
),

cells as (
    select
        k.round_key, k.oblast, k.sex,
        coalesce(w.respondents, 0) as respondents,
        w.is_placed, w.raked_weight, w.trimmed_weight, w.is_trimmed,
        s.individuals, s.population_category, s.stock_round_key,
        r.operation, r.component, r.window_start, r.window_end, coalesce(r.is_synthetic, false) as is_synthetic,
        coalesce(w.respondents, 0) between 1 and o.survey_minimum_n - 1 as is_small
    from keys as k
    inner join {{ source('reference', 'round') }} as r on k.round_key = r.round_key
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
    left join {{ ref('int_survey_cell_weight') }} as w
        on k.round_key = w.round_key and k.oblast = w.oblast and k.sex = w.sex
    left join stocks as s on k.round_key = s.round_key and k.oblast = s.place_code and k.sex = s.sex
),

oblasts as (
    select
        round_key,
        oblast,
        max(case when is_small then 1 else 0 end) as is_small,
        sum(respondents) as respondents
    from cells
    group by round_key, oblast
),

ranked as (
    select
        *,
        sum(is_small) over (partition by round_key) as small_oblasts,
        row_number() over (
            partition by round_key order by is_small, case when respondents > 0 then 0 else 1 end, respondents, oblast
        ) as next_smallest
    from oblasts
),

withheld as (
    select
        c.*,
        k.is_small = 1 or (k.small_oblasts = 1 and k.next_smallest = 1) as is_suppressed,
        sum(c.respondents) over (partition by c.round_key) as sample
    from cells as c
    inner join ranked as k on c.round_key = k.round_key and c.oblast = k.oblast
)

select
    w.round_key,
    w.operation,
    w.component,
    w.oblast as place_code,
    1 as place_level,
    coalesce(p.parent_code, q.parent_code) as parent_code,
    coalesce(p.place_name_en, q.place_name_en, case w.oblast when 'unknown' then 'Not told' else w.oblast end)
        as place_name_en,
    coalesce(p.place_name_ru, q.place_name_ru, case w.oblast when 'unknown' then 'Не указано' else w.oblast end)
        as place_name_ru,
    coalesce(p.place_name_ky, q.place_name_ky, case w.oblast when 'unknown' then 'Көрсөтүлгөн эмес' else w.oblast end)
        as place_name_ky,
    w.sex,
    case when not w.is_suppressed then cast(w.respondents as bigint) end as respondents,
    case when not w.is_suppressed then round(w.respondents / w.sample, 10) end as share_of_sample,
    w.stock_round_key,
    w.population_category,
    cast(w.individuals as bigint) as individuals,
    round(w.individuals / nullif(c.individuals, 0), 10) as share_of_stock,
    case when not w.is_suppressed then round(w.raked_weight, 8) end as raked_weight,
    case when not w.is_suppressed then round(w.trimmed_weight, 8) end as trimmed_weight,
    case when not w.is_suppressed then w.is_trimmed end as is_trimmed,
    case when not w.is_suppressed then w.is_placed end as is_placed,
    w.is_suppressed,
    w.window_start,
    w.window_end,
    w.is_synthetic
from withheld as w
left join country as c on w.round_key = c.round_key
left join {{ ref('int_place_observed') }} as p on w.round_key = p.round_key and w.oblast = p.place_code
left join {{ ref('int_place_observed') }} as q on w.stock_round_key = q.round_key and w.oblast = q.place_code
order by w.round_key, w.oblast, w.sex
