-- Who leads: level 1 places by category, and countries. Equals share a rank and the next rank is left out (1, 1, 3).
with places as (
    select
        round_key, population_category as ranked, population_category, place_code as code,
        place_name_en as name_en, place_name_ru as name_ru, place_name_ky as name_ky, individuals, place_rank as position,
        count(*) over (partition by round_key, population_category) as all_places,
        count(place_rank) over (partition by round_key, population_category) as known_places
    from {{ ref('mart_place_ranks') }}
    where place_level = 1
),

countries as (
    select
        l.round_key, 'country.' || l.link_type as ranked, l.population_category, l.country_iso3 as code,
        l.country_name_en as name_en, l.country_name_ru as name_ru, l.country_name_ky as name_ky, l.individuals,
        rank() over (partition by l.round_key, l.link_type order by l.individuals desc) as position
    from {{ ref('mart_country_links') }} as l
    inner join {{ ref('dim_country') }} as c on l.country_iso3 = c.country_iso3
    where l.place_level = 0 and l.individuals > 0
),

-- Where the figure of one place is withheld or missing, nobody knows its rank.
ranks as (
    select round_key, ranked, population_category, code, name_en, name_ru, name_ky, individuals, position
    from places
    where all_places = known_places and individuals > 0
    union all
    select round_key, ranked, population_category, code, name_en, name_ru, name_ky, individuals, position
    from countries
),

tied as (
    select
        round_key, ranked, population_category, position, individuals,
        cast(position as string) as position_en, cast(position as string) as position_ru,
        cast(position as string) as position_ky,
        {{ joined('name_en', ', ', 'code') }} as name_en,
        {{ joined('name_ru', ', ', 'code') }} as name_ru,
        {{ joined('name_ky', ', ', 'code') }} as name_ky,
        {{ joined('code', ', ', 'code') }} as codes,
        count(*) as tied
    from ranks
    where position <= 5
    group by round_key, ranked, population_category, position, individuals
)

select
    {{ figure(
        "'rank.' || ranked || '.' || position_en", "'rank.' || ranked", 'individuals',
        indicator="'stock.' || population_category", item='position', text='name', text_code='codes', tied='tied'
    ) }}
from tied
