-- Totals and people by sex and age at every published level, unsuppressed: never published as it is.
with rounds as (
    select
        r.round_key, r.component, r.row_grain, r.window_start, r.window_end, r.is_synthetic, o.small_cell_threshold, o.suppress_from_level
    from {{ source('reference', 'round') }} as r
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
),

-- Men and women of all ages: as reported, or else the sum of the ages that were.
summed_ages as (
    select
        c.round_key,
        c.place_code,
        c.population_category,
        c.sex,
        'all' as age_group,
        sum(case when c.age_group <> 'all' then c.individuals end) as individuals,
        sum(case when c.age_group <> 'all' then c.households end) as households,
        false as has_reported,
        bool_or(c.age_group <> 'all' and c.individuals is not null) as has_derived,
        bool_or(c.age_group <> 'all' and c.has_missing) as has_missing
    from {{ ref('int_population_count') }} as c
    where c.sex <> 'all'
    group by c.round_key, c.row_id, c.place_code, c.population_category, c.sex
    having
        count(case when c.age_group = 'all' then c.individuals end) = 0
        and count(case when c.age_group <> 'all' then 1 end) > 0
),

-- Both sexes of an age group: as reported, or else men and women of the rows that told both. One of them alone is not both.
told_sexes as (
    select
        c.round_key,
        c.place_code,
        c.population_category,
        c.age_group,
        sum(case when c.sex = 'male' then c.individuals end) as men,
        sum(case when c.sex = 'female' then c.individuals end) as women,
        sum(case when c.sex = 'male' then c.households end) as households_of_men,
        sum(case when c.sex = 'female' then c.households end) as households_of_women,
        bool_or(c.sex in ('male', 'female') and c.has_missing) as has_missing
    from {{ ref('int_population_count') }} as c
    where c.age_group <> 'all'
    group by c.round_key, c.row_id, c.place_code, c.population_category, c.age_group
    having
        count(case when c.sex = 'all' then c.individuals end) = 0
        and count(case when c.sex in ('male', 'female') then 1 end) > 0
),

cells as (
    select
        round_key, place_code, population_category, sex, age_group, individuals, households,
        has_reported, has_derived, has_missing
    from {{ ref('int_population_count') }}
    union all
    select
        round_key, place_code, population_category, sex, age_group, individuals, households,
        has_reported, has_derived, has_missing
    from summed_ages
    union all
    select
        round_key, place_code, population_category, 'all' as sex, age_group,
        men + women as individuals,
        households_of_men + households_of_women as households,
        false as has_reported,
        men is not null and women is not null as has_derived,
        has_missing
    from told_sexes
),

-- A place of informants has one row that counts, so all places of a way are added up at once; of sites each place is kept apart, as
-- it is one community however many it has.
by_way as (
    select
        c.round_key,
        w.way,
        case when t.row_grain <> 'informant' then c.place_code end as place_of_sites,
        c.population_category,
        c.sex,
        c.age_group,
        sum(c.individuals) as individuals,
        sum(c.households) as households,
        count(c.individuals) as rows_told,
        {{ rolled_flags('c') }}
    from cells as c
    inner join {{ ref('int_place_way') }} as w on c.round_key = w.round_key and c.place_code = w.place_code
    inner join rounds as t on c.round_key = t.round_key
    group by
        c.round_key, w.way, case when t.row_grain <> 'informant' then c.place_code end,
        c.population_category, c.sex, c.age_group
),

rolled as (
    select
        c.round_key,
        a.place_code,
        c.population_category,
        c.sex,
        c.age_group,
        sum(c.individuals)::bigint as individuals,
        sum(c.households)::bigint as households,
        sum(case when c.place_of_sites is null then c.rows_told else least(c.rows_told, 1) end)::bigint as communities,
        {{ rolled_flags('c') }}
    from by_way as c
    inner join {{ ref('int_way_place') }} as a on c.round_key = a.round_key and c.way = a.way
    group by c.round_key, a.place_code, c.population_category, c.sex, c.age_group
),

-- The smallest and the largest total of each community's informants, added up: how far they are apart, all one way.
spread as (
    select
        c.round_key,
        a.ancestor_code as place_code,
        c.population_category,
        sum(c.individuals_min)::bigint as individuals_low,
        sum(c.individuals_max)::bigint as individuals_high,
        count(*) filter (where c.informants_with_total > 1) as several_informants
    from {{ ref('int_community_population') }} as c
    inner join {{ ref('int_place_ancestor') }} as a on c.round_key = a.round_key and c.place_code = a.place_code
    where a.is_published and c.informants_with_total > 0
    group by c.round_key, a.ancestor_code, c.population_category
),

final as (
    select
        r.round_key,
        r.population_category,
        r.sex,
        r.age_group,
        r.individuals,
        r.households,
        r.communities,
        p.operation,
        p.geography_vintage,
        r.place_code,
        p.place_level,
        p.parent_code,
        p.place_name_en,
        p.place_name_ru,
        p.place_name_ky,
        p.in_gazetteer,
        t.component,
        t.window_start,
        t.window_end,
        t.is_synthetic,
        t.small_cell_threshold,
        t.suppress_from_level,
        {{ value_status() }} as value_status,
        r.sex = 'all' and r.age_group = 'all' as is_total,
        s.individuals_low,
        s.individuals_high,
        s.several_informants,
        {{ is_small_cell('s.individuals_low') }} or {{ is_small_cell('s.individuals_high') }} as is_small_spread
    from rolled as r
    inner join {{ ref('int_place_observed') }} as p on r.round_key = p.round_key and r.place_code = p.place_code
    inner join rounds as t on r.round_key = t.round_key
    left join spread as s
        on r.round_key = s.round_key and r.place_code = s.place_code and r.population_category = s.population_category
)

select * from final
