-- Every row of a fact is of a known round and category, and of a place that dim_place has in the round's vintage.
with facts as (
    select 'mart_population' as mart, round_key, operation, place_code, population_category from {{ ref('mart_population') }}
    union
    select 'mart_population_breakdown', round_key, operation, place_code, population_category from {{ ref('mart_population_breakdown') }}
    union
    select 'mart_country_links', round_key, operation, place_code, population_category from {{ ref('mart_country_links') }}
    union
    select 'mart_returns_by_year', round_key, operation, place_code, null from {{ ref('mart_returns_by_year') }}
    union
    select 'mart_round_coverage', round_key, operation, place_code, null from {{ ref('mart_round_coverage') }}
    union
    select 'mart_survey_estimates', round_key, operation, null, null from {{ ref('mart_survey_estimates') }}
    union
    select 'mart_departures_by_year', round_key, operation, place_code, null from {{ ref('mart_departures_by_year') }}
    union
    select 'mart_internal_origins', round_key, operation, place_code, population_category
    from {{ ref('mart_internal_origins') }}
    union
    select 'mart_reasons', round_key, operation, place_code, population_category from {{ ref('mart_reasons') }}
    union
    select 'mart_place_ranks', round_key, operation, place_code, population_category from {{ ref('mart_place_ranks') }}
    union
    select 'mart_survey_change', round_key, operation, null, null from {{ ref('mart_survey_change') }}
    union
    select 'mart_headlines', round_key, operation, null, null from {{ ref('mart_headlines') }}
)

select f.*
from facts as f
left join {{ ref('dim_round') }} as r on f.round_key = r.round_key and f.operation = r.operation
left join {{ ref('dim_population_category') }} as c on f.population_category = c.population_category
left join {{ ref('dim_place') }} as p
    on f.operation = p.operation and r.geography_vintage = p.geography_vintage and f.place_code = p.place_code
where
    r.round_key is null
    or (f.population_category is not null and c.population_category is null)
    or (f.place_code is not null and p.place_code is null)
