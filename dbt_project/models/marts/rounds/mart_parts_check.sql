-- Totals and parts are stored apart as they were told. Here is how far they are apart, for the country as a whole.
with wholes as (
    select round_key, place_code, population_category, individuals as whole
    from {{ ref('int_community_population') }}
    where round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

-- Of each sex its ages, or else all ages of it at once; then men and women, or else both at once. Other parts are of both sexes
-- and all ages.
by_sex as (
    select
        p.round_key, p.row_id, p.place_code, p.population_category, p.dimension, p.sex,
        coalesce(
            sum(case when p.age_group <> 'all' then p.value end), sum(case when p.age_group = 'all' then p.value end)
        ) as individuals
    from {{ ref('int_chosen_count') }} as p
    where
        p.unit = 'individuals' and p.dimension <> 'total' and p.is_counted
        and (p.dimension in ('sex', 'age', 'sex_age') or (p.sex = 'all' and p.age_group = 'all'))
    group by p.round_key, p.row_id, p.place_code, p.population_category, p.dimension, p.sex
),

rows_told as (
    select
        round_key, row_id, place_code, population_category, dimension,
        coalesce(
            sum(case when sex <> 'all' then individuals end), sum(case when sex = 'all' then individuals end)
        ) as individuals
    from by_sex
    group by round_key, row_id, place_code, population_category, dimension
),

communities as (
    select
        t.round_key, t.place_code, t.population_category, t.dimension,
        min(w.whole) as whole, sum(t.individuals)::bigint as parts
    from rows_told as t
    inner join wholes as w
        on t.round_key = w.round_key and t.place_code = w.place_code and t.population_category = w.population_category
    where w.whole is not null
    group by t.round_key, t.place_code, t.population_category, t.dimension
),

totals as (
    select c.round_key, a.ancestor_code as country_code, c.population_category, sum(c.whole)::bigint as category_total
    from wholes as c
    inner join {{ ref('int_place_ancestor') }} as a on c.round_key = a.round_key and c.place_code = a.place_code
    where a.ancestor_level = 0
    group by c.round_key, a.ancestor_code, c.population_category
),

summed as (
    select
        c.round_key, a.ancestor_code as country_code, c.population_category, c.dimension,
        count(*) as communities,
        sum(c.whole)::bigint as total_where_told,
        sum(c.parts)::bigint as individuals,
        count(*) filter (where c.parts <> c.whole) as communities_that_differ,
        count(*) filter (where c.parts > c.whole) as communities_with_more
    from communities as c
    inner join {{ ref('int_place_ancestor') }} as a on c.round_key = a.round_key and c.place_code = a.place_code
    where a.ancestor_level = 0
    group by c.round_key, a.ancestor_code, c.population_category, c.dimension
),

-- Where anything is withheld of the category, those who told parts are some of the communities, and their sum could tell it.
holding as (
    select distinct round_key, place_code, population_category from {{ ref('int_place_withheld') }}
),

withheld as (
    select distinct round_key, place_code, population_category, table_code from {{ ref('int_cell_withheld') }}
),

small as (
    select
        s.*, t.category_total, p.place_level, p.parent_code, p.place_name_en, p.place_name_ru, p.place_name_ky,
        r.operation, r.window_start, r.window_end, r.is_synthetic,
        {{ is_small_cell('s.individuals') }} or {{ is_small_cell('s.total_where_told') }}
        or {{ is_small_cell('t.category_total') }}
        or (h.round_key is not null and s.total_where_told is distinct from t.category_total)
        or w.round_key is not null as is_suppressed
    from summed as s
    inner join totals as t on s.round_key = t.round_key and s.population_category = t.population_category
    inner join {{ ref('int_place_observed') }} as p on s.round_key = p.round_key and s.country_code = p.place_code
    inner join {{ source('reference', 'round') }} as r on s.round_key = r.round_key
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
    left join holding as h
        on s.round_key = h.round_key and s.country_code = h.place_code and s.population_category = h.population_category
    left join withheld as w
        on s.round_key = w.round_key and s.country_code = w.place_code and s.population_category = w.population_category
        and case when s.dimension in ('sex', 'age', 'sex_age') then 'people' else s.dimension end = w.table_code
)

select
    s.round_key,
    s.operation,
    s.country_code as place_code,
    s.place_level,
    s.parent_code,
    s.place_name_en,
    s.place_name_ru,
    s.place_name_ky,
    s.population_category,
    coalesce(c.category_name_en, s.population_category) as category_name_en,
    coalesce(c.category_name_ru, s.population_category) as category_name_ru,
    coalesce(c.category_name_ky, s.population_category) as category_name_ky,
    s.dimension,
    coalesce(d.dimension_name_en, s.dimension) as dimension_name_en,
    coalesce(d.dimension_name_ru, s.dimension) as dimension_name_ru,
    coalesce(d.dimension_name_ky, s.dimension) as dimension_name_ky,
    d.adds_up as parts_rule,
    {{ unless_withheld('s', 's.individuals') }} as individuals,
    {{ unless_withheld('s', 's.total_where_told') }} as total_where_told,
    {{ unless_withheld('s', '(s.individuals - s.total_where_told)') }} as difference_from_total,
    {{ unless_withheld('s', 's.category_total') }} as category_total,
    s.communities,
    s.communities_that_differ,
    s.communities_with_more,
    s.communities_that_differ / s.communities as share_of_communities_that_differ,
    s.is_suppressed,
    v.communities as communities_assessed,
    v.communities_in_frame,
    v.coverage_of_frame_percent,
    s.window_start,
    s.window_end,
    s.is_synthetic
from small as s
left join {{ ref('population_categories') }} as c on s.population_category = c.population_category
left join {{ source('reference', 'part_dimension') }} as d on s.operation = d.operation and s.dimension = d.dimension
left join {{ ref('int_place_coverage') }} as v on s.round_key = v.round_key and s.country_code = v.place_code
order by s.round_key, s.population_category, s.dimension
