-- Totals on the boundaries of each vintage that a crosswalk leads to. A share that nobody knows makes the place not comparable.
with rounds as (
    select
        r.*, o.small_cell_threshold, o.suppress_from_level,
        -- Below this level places are not carried over: what is withheld there could be told from what they are made of.
        if(o.finest_published_level >= o.suppress_from_level, o.suppress_from_level - 1, null) as finest_moved_level
    from {{ source('reference', 'round') }} as r
    inner join {{ source('reference', 'operation') }} as o on r.operation = o.operation
    where
        r.geography_vintage is not null
        and r.round_key in (select round_key from {{ source('control', 'round_to_build') }})
),

totals as (
    select p.*, r.geography_vintage as own_vintage, r.finest_moved_level, r.suppress_from_level, r.small_cell_threshold
    from {{ ref('mart_population') }} as p
    inner join rounds as r on p.round_key = r.round_key
    where p.sex = 'all' and p.age_group = 'all'
),

-- Between places of one level. A part that went up a level is in the link of the place above it; a part that comes from
-- a place of a higher level is not known as a share of that place.
links as (
    select
        l.operation, l.from_vintage, l.from_code, l.to_vintage, l.to_code,
        if(f.place_level = t.place_level, l.share, null) as share
    from {{ source('reference', 'place_crosswalk') }} as l
    inner join {{ source('reference', 'place') }} as f
        on l.operation = f.operation and l.from_vintage = f.geography_vintage and l.from_code = f.place_code
    inner join {{ source('reference', 'place') }} as t
        on l.operation = t.operation and l.to_vintage = t.geography_vintage and l.to_code = t.place_code
    where f.place_level <= t.place_level
),

-- A place is comparable only where every share that it is made of is known and the round was in every place it is made of.
made_of as (
    select
        r.round_key, l.to_vintage, l.to_code,
        bool_or(l.share is null) or count(*) <> count(s.place_code) as is_unknown
    from links as l
    inner join rounds as r on l.operation = r.operation and l.from_vintage = r.geography_vintage
    left join (select distinct round_key, place_code from totals) as s
        on r.round_key = s.round_key and l.from_code = s.place_code
    group by r.round_key, l.to_vintage, l.to_code
),

-- What a round saw of every place that went into another one, wholly or in part.
moved as (
    select
        t.round_key,
        t.operation,
        t.component,
        l.to_vintage as geography_vintage,
        l.to_code as place_code,
        t.population_category,
        sum(t.individuals * l.share) as individuals,
        sum(t.households * l.share) as households,
        sum(case when l.share < 1 then t.individuals * l.share end) as individuals_by_share,
        bool_or(u.is_unknown) as is_unknown,
        bool_or(l.share < 1) as is_estimate,
        bool_or(t.is_suppressed) as is_withheld,
        bool_or(t.value_status = 'reported') as has_reported,
        bool_or(t.value_status = 'derived') as has_derived,
        bool_or(t.value_status = 'missing') as has_missing,
        min(t.window_start) as window_start,
        min(t.window_end) as window_end,
        min(t.is_synthetic) as is_synthetic,
        min(t.finest_moved_level) as finest_moved_level,
        min(t.suppress_from_level) as suppress_from_level,
        min(t.small_cell_threshold) as small_cell_threshold
    from totals as t
    inner join links as l
        on t.operation = l.operation and t.own_vintage = l.from_vintage and t.place_code = l.from_code
    inner join made_of as u
        on t.round_key = u.round_key and l.to_vintage = u.to_vintage and l.to_code = u.to_code
    group by t.round_key, t.operation, t.component, l.to_vintage, l.to_code, t.population_category
),

mapped as (
    select
        m.round_key,
        m.operation,
        m.component,
        m.geography_vintage,
        m.place_code,
        p.place_level,
        p.parent_code,
        p.place_name_en,
        coalesce(p.place_name_ru, p.place_name_en) as place_name_ru,
        coalesce(p.place_name_ky, p.place_name_en) as place_name_ky,
        m.population_category,
        round(m.individuals)::bigint as individuals,
        round(m.households)::bigint as households,
        case
            when m.is_unknown then 'not_comparable'
            when m.is_estimate then 'derived'
            else {{ value_status() }}
        end as value_status,
        if(m.is_unknown, null, coalesce(m.individuals_by_share, 0) / nullif(m.individuals, 0)) as estimated_share,
        m.is_withheld,
        m.is_unknown,
        m.window_start,
        m.window_end,
        m.is_synthetic,
        m.suppress_from_level,
        m.small_cell_threshold
    from moved as m
    inner join {{ source('reference', 'place') }} as p
        on m.operation = p.operation and m.geography_vintage = p.geography_vintage and m.place_code = p.place_code
    where p.place_level <= coalesce(m.finest_moved_level, p.place_level)
),

judged as (
    select
        *,
        is_withheld or {{ is_small_cell('individuals') }} or {{ is_small_cell('households') }} as is_suppressed
    from mapped
),

final as (
    select
        round_key, operation, component, own_vintage as geography_vintage, true as is_own_vintage, place_code, place_level,
        parent_code, place_name_en, place_name_ru, place_name_ky, population_category, individuals, households,
        value_status, cast(0 as double) as estimated_share, is_suppressed, window_start, window_end, is_synthetic
    from totals
    union all
    select
        round_key, operation, component, geography_vintage, false, place_code, place_level,
        parent_code, place_name_en, place_name_ru, place_name_ky, population_category,
        if(is_suppressed or is_unknown, null, individuals), if(is_suppressed or is_unknown, null, households),
        value_status, if(is_suppressed, null, estimated_share), is_suppressed, window_start, window_end, is_synthetic
    from judged
)

select
    f.round_key, f.operation, f.component, f.geography_vintage, f.is_own_vintage, f.place_code, f.place_level, f.parent_code,
    f.place_name_en, f.place_name_ru, f.place_name_ky, f.population_category,
    {%- for language in ['en', 'ru', 'ky'] %}
    coalesce(c.category_name_{{ language }}, f.population_category) as category_name_{{ language }},
    {%- endfor %}
    f.individuals, f.households, f.value_status, f.estimated_share, f.is_suppressed, f.window_start, f.window_end, f.is_synthetic
from final as f
left join {{ ref('population_categories') }} as c on f.population_category = c.population_category
order by f.round_key, f.geography_vintage, f.place_level, f.place_code, f.population_category
