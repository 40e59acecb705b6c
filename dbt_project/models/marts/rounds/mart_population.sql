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

cells as (
    select * from reported
    union all by name
    select * from summed_ages
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

small as (
    select
        r.* exclude (place_code),
        p.* exclude (round_key, operation, geography_vintage),
        t.* exclude (round_key),
        {{ value_status() }} as value_status,
        r.sex = 'all' and r.age_group = 'all' as is_total,
        {{ is_small_cell('individuals') }} or {{ is_small_cell('households') }} as is_small
    from rolled as r
    inner join {{ ref('int_place_observed') }} as p on r.round_key = p.round_key and r.place_code = p.place_code
    inner join rounds as t on r.round_key = t.round_key
),

-- A small part could be told from the total and its neighbours: the parts of that place go together.
withheld as (
    select
        *,
        case
            when is_total then is_small
            else bool_or(is_small) over (partition by round_key, place_code, population_category)
        end as is_suppressed
    from small
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
        w.communities,
        w.window_start,
        w.window_end,
        w.is_synthetic
    from withheld as w
    left join {{ ref('population_categories') }} as c on w.population_category = c.population_category
)

select * from final
order by round_key, place_level, place_code, population_category, sex, age_group
