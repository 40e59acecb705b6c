-- Every figure that a page or a publication may name, from the marts: what is withheld there has no figure here.
with people as (
    select * from {{ ref('mart_population') }} where individuals is not null
),

national as (
    select * from people where place_level = 0 and sex = 'all' and age_group = 'all'
),

coverage as (
    select * from {{ ref('mart_round_coverage') }} where place_level = 0
),

returns as (
    select
        round_key, return_year, individuals,
        lag(individuals) over (partition by round_key order by return_year) as before,
        lag(return_year) over (partition by round_key order by return_year) as year_before
    from {{ ref('mart_returns_by_year') }}
    where place_level = 0 and individuals is not null
),

links as (
    select * from {{ ref('mart_country_links') }} where place_level = 0 and individuals is not null
),

sex_split as (
    select
        round_key, population_category, sex, individuals,
        sum(individuals) over (partition by round_key, population_category) as both_sexes
    from people
    where place_level = 0 and sex <> 'all' and age_group = 'all'
),

working_age_men as (
    select
        round_key, population_category,
        sum(individuals) filter (where sex = 'male' and age_group in ('18-29', '30-44', '45-59')) as men,
        sum(individuals) as everybody
    from people
    where place_level = 0 and sex <> 'all' and age_group <> 'all'
    group by round_key, population_category
),

places as (
    select p.*, n.individuals as country_individuals
    from people as p
    inner join national as n on p.round_key = n.round_key and p.population_category = n.population_category
    where p.place_level >= 1 and p.sex = 'all' and p.age_group = 'all' and n.individuals > 0
),

place_groups as (
    select
        p.round_key, p.population_category, g.place_group,
        sum(p.individuals) / any_value(p.country_individuals) as share
    from places as p
    inner join {{ ref('place_groups') }} as g on p.operation = g.operation and p.place_code = g.place_code
    group by p.round_key, p.population_category, g.place_group
),

ranks as (
    select
        round_key, individuals, place_name_en,
        row_number() over (partition by round_key order by individuals desc, place_code) as place_rank
    from places
    where place_level = 1 and population_category = 'returned'
),

shares as (
    select
        e.round_key, r.operation, r.component, r.round_number, e.indicator_code, e.option_code,
        e.estimate, i.kind
    from {{ ref('mart_survey_estimates') }} as e
    inner join {{ source('reference', 'round') }} as r on e.round_key = r.round_key
    inner join {{ source('reference', 'indicator') }} as i
        on r.operation = i.operation and r.component = i.component and e.indicator_code = i.indicator_code
    where e.domain_type = 'national' and e.estimate is not null and i.kind <> 'number'
),

survey_rounds as (
    select
        round_key,
        lag(round_key) over (partition by operation, component order by round_number, round_key) as previous_round_key
    from {{ source('reference', 'round') }}
    where component = 'rms'
),

figures as (
    select round_key, 'communities' as figure_code, communities::double as value_number, null as value_text
    from coverage where respondents is null
    union all
    select round_key, 'informants', informants, null from coverage where informants is not null
    union all
    select round_key, 'respondents', respondents, null from coverage where respondents is not null
    union all
    select round_key, population_category, individuals, null from national
    union all
    select round_key, 'change.returned.' || return_year, 100 * (individuals / before - 1), null
    from returns where before > 0 and return_year = year_before + 1
    union all
    select round_key, 'country.' || link_type || '.' || country_iso3, individuals, null from links
    union all
    select round_key, 'share.country.' || link_type || '.' || country_iso3, 100 * share_of_links, null
    from links where share_of_links is not null
    union all
    select round_key, 'share.sex.' || population_category || '.' || sex, 100 * individuals / both_sexes, null
    from sex_split where both_sexes > 0
    union all
    select round_key, 'share.working_age_men.' || population_category, 100 * coalesce(men, 0) / everybody, null
    from working_age_men where everybody > 0
    union all
    select
        round_key, 'share.place.' || population_category || '.' || place_code,
        100 * individuals / country_individuals, null
    from places where place_level = 1
    union all
    select round_key, 'share.place.' || population_category || '.' || place_group, 100 * share, null from place_groups
    union all
    select round_key, 'rank.returned.' || place_rank, individuals, place_name_en from ranks where place_rank <= 3
    union all
    select round_key, 'share.' || indicator_code || '.' || option_code, 100 * estimate, null from shares
    union all
    select s.round_key, 'ratio_to_previous.' || s.indicator_code || '.' || s.option_code, s.estimate / p.estimate, null
    from shares as s
    inner join survey_rounds as r on s.round_key = r.round_key
    inner join shares as p
        on r.previous_round_key = p.round_key and s.indicator_code = p.indicator_code and s.option_code = p.option_code
    where p.estimate > 0
)

select round_key, figure_code, round(value_number, 10) as value_number, value_text
from figures
order by round_key, figure_code
