-- What is withheld was decided before (int_cell_withheld): here the cells are named and joined with what is told of their places.
with withheld as (
    select * from {{ ref('int_cell_withheld') }}
    where table_code in ('total', 'people')
),

-- At levels where small counts are withheld, the spread of informants goes with any that is.
closed as (
    select distinct round_key, population_category from withheld
),

cells as (
    select
        c.*,
        w.round_key is not null as is_suppressed,
        coalesce(w.has_no_households, true) as shows_households,
        bool_or(c.value_status = 'reported') over cells_of_place as is_any_reported,
        max(c.communities) over cells_of_place as communities_of_table,
        c.is_small_spread or (k.round_key is not null and c.place_level >= c.suppress_from_level) as is_spread_withheld
    from {{ ref('int_population_cell') }} as c
    left join withheld as w
        on c.round_key = w.round_key and c.place_code = w.place_code and c.population_category = w.population_category
        and c.sex || '|' || c.age_group = w.item
    left join closed as k on c.round_key = k.round_key and c.population_category = k.population_category
    window cells_of_place as (partition by c.round_key, c.place_code, c.population_category, c.is_total)
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
        if(w.is_suppressed and not w.shows_households, null, w.households) as households,
        -- Which sexes and ages were told is not told of a withheld place either.
        case when not w.is_suppressed then w.value_status when w.is_any_reported then 'reported' else 'derived' end as value_status,
        w.is_suppressed,
        if(w.is_suppressed or not w.is_total or w.is_spread_withheld, null, w.individuals_low) as individuals_low,
        if(w.is_suppressed or not w.is_total or w.is_spread_withheld, null, w.individuals_high) as individuals_high,
        if(w.is_total, w.several_informants, null) as communities_with_several_informants,
        if(w.is_total, d.residents, null) as residents,
        if(w.is_total, d.residents_year, null) as residents_year,
        if(w.is_total, d.residents_source, null) as residents_source,
        if(w.is_total, coalesce(d.residents_status, 'unknown'), 'not_for_parts') as residents_status,
        if(w.is_suppressed or not w.is_total, null, {{ rounded('1e3 * w.individuals / nullif(d.residents, 0)', 6) }})
            as per_1000_residents,
        if(w.is_suppressed, w.communities_of_table, w.communities) as communities,
        v.communities as communities_assessed,
        v.communities_in_frame,
        v.coverage_of_frame_percent,
        w.window_start,
        w.window_end,
        w.is_synthetic
    from cells as w
    left join {{ ref('population_categories') }} as c on w.population_category = c.population_category
    left join {{ ref('int_place_coverage') }} as v on w.round_key = v.round_key and w.place_code = v.place_code
    left join {{ ref('int_place_residents') }} as d
        on w.operation = d.operation and w.geography_vintage = d.geography_vintage and w.place_code = d.place_code
)

select * from final
order by round_key, place_level, place_code, population_category, sex, age_group
