-- Stocks that survey rounds may be raked to, and the part of the stock of which place and sex are told.
with stock as (
    select
        m.round_key,
        m.margin_number,
        m.by_oblast,
        m.by_sex,
        m.minimum_told,
        m.stock_round_key,
        m.population_category,
        s.place_level,
        s.place_code,
        s.sex,
        s.individuals
    from {{ source('reference', 'survey_margin') }} as m
    inner join {{ ref('int_oblast_stock') }} as s
        on m.stock_round_key = s.round_key and m.population_category = s.population_category
),

whole as (
    select
        round_key,
        margin_number,
        individuals
    from stock
    where place_level = 0 and sex = 'all'
),

-- Sexes of an oblast: those that were told stand for all of its people.
sexes as (
    select
        round_key,
        margin_number,
        place_code,
        sum(individuals) as told_individuals
    from stock
    where place_level = 1 and sex <> 'all'
    group by round_key, margin_number, place_code
),

oblasts as (
    select
        round_key,
        margin_number,
        place_code,
        individuals
    from stock
    where place_level = 1 and sex = 'all'
),

categories as (
    select
        s.*,
        case
            when s.by_oblast and s.by_sex then o.individuals * s.individuals / nullif(x.told_individuals, 0)
            else s.individuals
        end as stock
    from stock as s
    left join oblasts as o
        on s.round_key = o.round_key and s.margin_number = o.margin_number and s.place_code = o.place_code
    left join sexes as x
        on s.round_key = x.round_key and s.margin_number = x.margin_number and s.place_code = x.place_code
    where
        s.place_level = case when s.by_oblast then 1 else 0 end
        and (s.sex <> 'all') = s.by_sex
),

told as (
    select
        c.round_key,
        c.margin_number,
        sum(c.individuals) / nullif(max(w.individuals), 0) as share_told
    from categories as c
    left join whole as w on c.round_key = w.round_key and c.margin_number = w.margin_number
    group by c.round_key, c.margin_number
)

select
    c.round_key,
    c.margin_number,
    c.by_oblast,
    c.by_sex,
    c.minimum_told,
    c.stock_round_key,
    c.population_category,
    case when c.by_oblast then c.place_code else 'all' end as oblast,
    case when c.by_sex then c.sex else 'all' end as sex,
    cast(c.stock as double) as stock,
    t.share_told
from categories as c
inner join told as t on c.round_key = t.round_key and c.margin_number = t.margin_number
order by c.round_key, c.margin_number, oblast, sex
