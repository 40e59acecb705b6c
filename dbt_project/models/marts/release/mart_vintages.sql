with reports as (
    select r.*, p.skeleton
    from {{ ref('int_year_report') }} as r
    left join {{ ref('int_place_path') }} as p on r.round_key = p.round_key and r.place_code = p.place_code
),

-- Reports of the whole year only: a year that a window cuts off is not to be set against another.
whole as (
    select
        round_key, place_code, population_category, reference_year, individuals,
        first_value(round_key) over told as first_round_key,
        first_value(individuals) over told as first_individuals,
        lag(round_key) over told as previous_round_key,
        lag(individuals) over told as previous_individuals
    from reports
    where not is_partial_year
    window told as (
        -- A code under another name is another place; another series is another definition.
        partition by operation, component, population_category, vintage, place_code, skeleton, series, reference_year
        order by round_number, round_key
    )
),

latest as (
    select
        round_key, place_code, population_category, reference_year,
        row_number() over (
            partition by operation, component, population_category, vintage, place_code, reference_year
            order by round_number desc, round_key desc
        ) = 1 as is_latest_report
    from reports
),

revisions as (
    select
        v.*, p.previous_round_key, r.parent_code,
        -- One year of very few communities takes the other years with it: all years together stand in mart_round_change. So
        -- does one of which very few communities are left beside them, in either round.
        bool_or(
            v.community_level > o.finest_published_level and (
                {{ reveals('v.communities') }} or {{ reveals('(r.communities - v.communities)') }}
                or coalesce({{ reveals('(e.communities - v.communities)') }}, false)
            )
        ) over (partition by v.round_key, v.place_code, v.population_category)
        or coalesce(j.is_like_withheld, false) as is_revealing
    from {{ ref('int_year_revision') }} as v
    left join {{ ref('int_round_change_judged') }} as j
        on v.round_key = j.round_key and v.place_code = j.place_code and v.population_category = j.population_category
    inner join {{ ref('int_round_pair') }} as p on v.round_key = p.round_key
    inner join {{ source('reference', 'operation') }} as o on p.operation = o.operation
    inner join reports as r
        on v.round_key = r.round_key and v.place_code = r.place_code
        and v.population_category = r.population_category and v.reference_year = r.reference_year
    left join reports as e
        on p.previous_round_key = e.round_key and v.place_code = e.place_code
        and v.population_category = e.population_category and v.reference_year = e.reference_year
),

-- One place withheld among its neighbours could be told from the place above: a neighbour goes with it, the same for
-- all years.
guarded as (
    select
        *,
        sum(case when is_revealing then 1 else 0 end) over (
            partition by round_key, population_category, reference_year, place_level, parent_code
        ) as withheld_beside,
        row_number() over (
            partition by round_key, population_category, reference_year, place_level, parent_code, is_revealing
            order by place_code
        ) as place_order
    from revisions
),

-- Communities that gave a year in both rounds could tell what is withheld of the category in either.
holding as (
    select distinct round_key, population_category from {{ ref('int_place_withheld') }}
)

select
    r.operation,
    r.component,
    r.population_category,
    coalesce(c.category_name_en, r.population_category) as category_name_en,
    coalesce(c.category_name_ru, r.population_category) as category_name_ru,
    coalesce(c.category_name_ky, r.population_category) as category_name_ky,
    r.reference_year,
    r.place_code,
    r.place_level,
    r.parent_code,
    r.place_name_en,
    r.place_name_ru,
    r.place_name_ky,
    r.round_key,
    r.individuals,
    r.communities,
    r.is_partial_year,
    w.first_round_key,
    w.first_individuals,
    r.individuals - w.first_individuals as difference_from_first,
    w.previous_round_key,
    w.previous_individuals,
    r.individuals - w.previous_individuals as difference_from_previous,
    case when v.is_shown then v.communities end as like_for_like_communities,
    case when v.is_shown then v.previous_individuals end as like_for_like_previous,
    case when v.is_shown then v.individuals end as like_for_like_individuals,
    case when v.is_shown then v.individuals - v.previous_individuals end as like_for_like_difference,
    l.is_latest_report,
    r.value_status,
    r.is_suppressed,
    r.window_start,
    r.window_end,
    r.is_synthetic
from reports as r
left join whole as w
    on r.round_key = w.round_key and r.place_code = w.place_code
    and r.population_category = w.population_category and r.reference_year = w.reference_year
left join latest as l
    on r.round_key = l.round_key and r.place_code = l.place_code
    and r.population_category = l.population_category and r.reference_year = l.reference_year
left join (
    select
        g.*, not is_revealing and not (withheld_beside = 1 and place_order = 1) and h.round_key is null and e.round_key is null as is_shown
    from guarded as g
    left join holding as h on g.round_key = h.round_key and g.population_category = h.population_category
    left join holding as e on g.previous_round_key = e.round_key and g.population_category = e.population_category
) as v
    on r.round_key = v.round_key and r.place_code = v.place_code and not r.is_suppressed
    and w.previous_round_key = v.previous_round_key and w.previous_individuals is not null
    and r.population_category = v.population_category and r.reference_year = v.reference_year
left join {{ ref('population_categories') }} as c on r.population_category = c.population_category
order by r.operation, r.component, r.population_category, r.reference_year, r.place_level, r.place_code, r.round_key
