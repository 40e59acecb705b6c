with rounds as (
    select r.*, o.finest_published_level, o.small_cell_threshold, o.suppress_from_level
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
    union all by name
    select * from summed_ages
    union all by name
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

wholes as (
    select round_key, place_code, population_category, individuals as whole_individuals
    from rolled
    where sex = 'all' and age_group = 'all'
),

small as (
    select
        r.* exclude (place_code),
        p.* exclude (round_key, operation),
        t.* exclude (round_key, geography_vintage),
        {{ value_status() }} as value_status,
        r.sex = 'all' and r.age_group = 'all' as is_total,
        s.individuals_low,
        s.individuals_high,
        s.several_informants,
        {{ is_small_cell('s.individuals_low') }} or {{ is_small_cell('s.individuals_high') }} as is_small_spread,
        -- What a part leaves of the total is told by the two of them.
        {{ is_small_cell('r.individuals') }} or {{ is_small_cell('r.households') }}
        or {{ is_small_cell('(w.whole_individuals - r.individuals)') }} as is_small
    from rolled as r
    inner join {{ ref('int_place_observed') }} as p on r.round_key = p.round_key and r.place_code = p.place_code
    inner join rounds as t on r.round_key = t.round_key
    left join wholes as w
        on r.round_key = w.round_key and r.place_code = w.place_code and r.population_category = w.population_category
    left join spread as s
        on r.round_key = s.round_key and r.place_code = s.place_code and r.population_category = s.population_category
),

-- A small total could be told from the place above and the places beside it: the next smallest total goes with it.
totals as (
    select
        *,
        count(*) filter (where is_small) over siblings as small_beside,
        sum(individuals) filter (where is_small) over siblings as few_beside,
        row_number() over (
            partition by round_key, population_category, place_level, parent_code, is_small or coalesce(individuals, 0) = 0
            order by individuals, place_code
        ) as place_order
    from small
    where is_total
    window siblings as (partition by round_key, population_category, place_level, parent_code)
),

withheld_totals as (
    select
        round_key, place_code, population_category,
        is_small or {{ goes_along('is_small', 'individuals', 'place_order', 'small_beside', 'few_beside') }}
            as is_total_withheld
    from totals
),

-- Its parts go too. A small part could be told from the total and its neighbours: the parts of that place go together.
marked as (
    select
        s.*,
        coalesce(t.is_total_withheld, false) as is_total_withheld,
        bool_or(s.is_small) over (partition by s.round_key, s.place_code, s.population_category)
        or coalesce(t.is_total_withheld, false) as is_parts_small
    from small as s
    left join withheld_totals as t
        on s.round_key = t.round_key and s.place_code = t.place_code and s.population_category = t.population_category
),

-- The same part of the places beside them: the next smallest goes with it, and with that all parts of its place.
beside as (
    select
        *,
        {{ small_parts_beside('round_key, population_category, sex, age_group, place_level, parent_code') }}
    from marked
),

withheld as (
    select
        *,
        case
            when is_total then is_total_withheld
            else is_parts_small or bool_or(
                not is_total and {{ goes_along('is_parts_small', 'individuals', 'place_order', 'small_beside', 'few_beside') }}
            ) over (partition by round_key, place_code, population_category)
        end as is_suppressed
    from beside
),

final as (
    select
        w.round_key,
        w.operation,
        w.component,
        w.place_code,
        w.place_level,
        w.parent_code,
        w.place_name_en,
        w.place_name_ru,
        w.place_name_ky,
        w.population_category,
        coalesce(c.category_name_en, w.population_category) as category_name_en,
        coalesce(c.category_name_ru, w.population_category) as category_name_ru,
        coalesce(c.category_name_ky, w.population_category) as category_name_ky,
        w.sex,
        w.age_group,
        if(w.is_suppressed, null, w.individuals) as individuals,
        if(w.is_suppressed, null, w.households) as households,
        w.value_status,
        w.is_suppressed,
        if(w.is_suppressed or not w.is_total or w.is_small_spread, null, w.individuals_low) as individuals_low,
        if(w.is_suppressed or not w.is_total or w.is_small_spread, null, w.individuals_high) as individuals_high,
        if(w.is_total, w.several_informants, null) as communities_with_several_informants,
        if(w.is_total, d.residents, null) as residents,
        if(w.is_total, d.residents_year, null) as residents_year,
        if(w.is_total, d.residents_source, null) as residents_source,
        if(w.is_total, coalesce(d.residents_status, 'unknown'), 'not_for_parts') as residents_status,
        if(w.is_suppressed or not w.is_total, null, round(1000.0 * w.individuals / nullif(d.residents, 0), 6))
            as per_1000_residents,
        w.communities,
        v.communities as communities_assessed,
        v.communities_in_frame,
        v.coverage_of_frame_percent,
        w.window_start,
        w.window_end,
        w.is_synthetic
    from withheld as w
    left join {{ ref('population_categories') }} as c on w.population_category = c.population_category
    left join {{ ref('int_place_coverage') }} as v on w.round_key = v.round_key and w.place_code = v.place_code
    left join {{ ref('int_place_residents') }} as d
        on w.operation = d.operation and w.geography_vintage = d.geography_vintage and w.place_code = d.place_code
)

select * from final
order by round_key, place_level, place_code, population_category, sex, age_group
