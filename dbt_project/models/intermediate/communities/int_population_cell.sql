-- Totals and people by sex and age at every published level, unsuppressed: never published as it is.
with rounds as (
    select
        r.round_key, r.component, r.window_start, r.window_end, r.is_synthetic, o.small_cell_threshold, o.suppress_from_level
    from {{ source('reference', 'round') }} as r
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
),

-- One line per chosen row and cell of sex × age.
reported as (
    select
        p.round_key,
        p.row_id,
        p.place_code,
        p.population_category,
        p.sex,
        p.age_group,
        {{ counted('individuals') }} as individuals,
        {{ counted('households') }} as households,
        {{ status_flags() }}
    from {{ ref('stg_canonical__population') }} as p
    inner join {{ ref('int_informant_choice') }} as c
        on p.round_key = c.round_key and p.row_id = c.row_id and p.population_category = c.population_category
    where c.is_chosen and p.dimension in ('total', 'sex', 'age', 'sex_age')
    group by p.round_key, p.row_id, p.place_code, p.population_category, p.sex, p.age_group
),

-- Men and women of all ages: as reported, or else the sum of the ages that were.
summed_ages as (
    select
        a.round_key,
        a.row_id,
        a.place_code,
        a.population_category,
        a.sex,
        'all' as age_group,
        sum(a.individuals) as individuals,
        sum(a.households) as households,
        false as has_reported,
        bool_or(a.individuals is not null) as has_derived,
        bool_or(a.has_missing) as has_missing
    from reported as a
    anti join (select * from reported where age_group = 'all' and individuals is not null) as t
        on a.round_key = t.round_key and a.row_id = t.row_id
        and a.population_category = t.population_category and a.sex = t.sex
    where a.sex <> 'all' and a.age_group <> 'all'
    group by a.round_key, a.row_id, a.place_code, a.population_category, a.sex
),

-- Both sexes of an age group: as reported, or else men and women of the rows that told both. One of them alone is not both.
both_sexes as (
    select
        a.round_key,
        a.row_id,
        a.place_code,
        a.population_category,
        'all' as sex,
        a.age_group,
        case when count(a.individuals) = 2 then sum(a.individuals) end as individuals,
        case when count(a.households) = 2 then sum(a.households) end as households,
        false as has_reported,
        count(a.individuals) = 2 as has_derived,
        bool_or(a.has_missing) as has_missing
    from reported as a
    anti join (select * from reported where sex = 'all' and individuals is not null) as t
        on a.round_key = t.round_key and a.row_id = t.row_id
        and a.population_category = t.population_category and a.age_group = t.age_group
    where a.sex in ('male', 'female') and a.age_group <> 'all'
    group by a.round_key, a.row_id, a.place_code, a.population_category, a.age_group
),

cells as (
    select * from reported
    union all
    select * from summed_ages
    union all
    select * from both_sexes
),

rolled as (
    select
        c.round_key,
        a.ancestor_code as place_code,
        c.population_category,
        c.sex,
        c.age_group,
        sum(c.individuals)::bigint as individuals,
        sum(c.households)::bigint as households,
        count(distinct c.place_code) filter (where c.individuals is not null) as communities,
        {{ rolled_flags('c') }}
    from cells as c
    inner join {{ ref('int_place_ancestor') }} as a on c.round_key = a.round_key and c.place_code = a.place_code
    where a.is_published
    group by c.round_key, a.ancestor_code, c.population_category, c.sex, c.age_group
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
