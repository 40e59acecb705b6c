-- The sample beside the stock, cell by cell. What is withheld is what mart_survey_estimates withholds of the same people, and their
-- weights with it; few respondents of whom place or sex is not known have no row.
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
        r.operation, r.component, r.window_start, r.window_end, coalesce(r.is_synthetic, false) as is_synthetic
    from keys as k
    inner join {{ source('reference', 'round') }} as r on k.round_key = r.round_key
    left join {{ ref('int_survey_cell_weight') }} as w
        on k.round_key = w.round_key and k.oblast = w.oblast and k.sex = w.sex
    left join stocks as s on k.round_key = s.round_key and k.oblast = s.place_code and k.sex = s.sex
),

withheld as (
    select
        c.*,
        coalesce(k.is_suppressed, false) or (c.respondents > 0 and k.round_key is null) as is_suppressed,
        coalesce(k.is_domain_withheld, false) as is_left_out,
        sum(c.respondents) over (partition by c.round_key) as sample
    from cells as c
    left join {{ ref('int_survey_withheld') }} as k
        on c.round_key = k.round_key and k.indicator_code = 'respondents' and k.domain_type = 'oblast'
        and c.oblast = k.domain and c.sex = k.option_code
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
    case when not w.is_suppressed then {{ rounded('w.respondents / w.sample', 10) }} end as share_of_sample,
    w.stock_round_key,
    w.population_category,
    cast(w.individuals as bigint) as individuals,
    {{ rounded('w.individuals / nullif(c.individuals, 0)', 10) }} as share_of_stock,
    case when not w.is_suppressed then {{ rounded('w.raked_weight', 8) }} end as raked_weight,
    case when not w.is_suppressed then {{ rounded('w.trimmed_weight', 8) }} end as trimmed_weight,
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
where not w.is_left_out
order by w.round_key, w.oblast, w.sex
