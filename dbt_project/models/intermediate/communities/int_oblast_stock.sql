{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='round_key', on_schema_change='fail',
    pre_hook='{{ delete_rounds_to_build() }}'
) }}

-- Stocks of the country and its oblasts by sex, kept for all rounds: what survey rounds are raked to. A stock that is withheld is not
-- known here either: weights, and the respondents beside them, would give it back.
-- Men and women of all ages are as reported, or else the sum of the ages that were. A stock that nobody gave a number of has a row.
with of_all_ages as (
    select
        p.round_key,
        p.row_id,
        p.place_code,
        p.population_category,
        p.sex,
        coalesce(
            sum(case when p.age_group = 'all' and p.unit = 'individuals' and p.is_counted then p.value end),
            sum(
                case
                    when p.age_group <> 'all' and p.sex <> 'all' and p.unit = 'individuals' and p.is_counted then p.value
                end
            )
        ) as individuals
    from {{ ref('int_chosen_count') }} as p
    where p.dimension in ('total', 'sex', 'age', 'sex_age')
    group by p.round_key, p.row_id, p.place_code, p.population_category, p.sex
),

summed as (
    select
        s.round_key,
        a.ancestor_code as place_code,
        a.ancestor_level as place_level,
        s.population_category,
        s.sex,
        cast(sum(s.individuals) as bigint) as individuals
    from of_all_ages as s
    inner join {{ ref('int_place_ancestor') }} as a on s.round_key = a.round_key and s.place_code = a.place_code
    where a.is_published and a.ancestor_level <= 1
    group by s.round_key, a.ancestor_code, a.ancestor_level, s.population_category, s.sex
),

withheld as (
    select
        round_key,
        place_code,
        population_category,
        item
    from {{ ref('int_cell_withheld') }}
    where table_code in ('total', 'people')
)

select
    s.round_key,
    s.place_code,
    s.place_level,
    s.population_category,
    s.sex,
    case when w.round_key is null then s.individuals end as individuals
from summed as s
left join withheld as w
    on s.round_key = w.round_key and s.place_code = w.place_code and s.population_category = w.population_category
    and s.sex || '|all' = w.item
order by s.round_key, s.place_level, s.place_code, s.population_category, s.sex
