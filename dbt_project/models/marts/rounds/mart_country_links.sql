-- Countries stand for the country and its level 1 places: below, the numbers are too small to say much.
with links as (
    select
        *,
        sum(individuals) over (partition by round_key, place_code, link_type) as all_countries,
        row_number() over (
            partition by round_key, place_code, link_type order by individuals desc nulls last, item
        ) as position
    from {{ ref('int_part_population') }}
    where is_country_link and place_level <= 1
)

select
    l.round_key,
    l.operation,
    l.place_code,
    l.place_level,
    l.parent_code,
    l.place_name_en,
    l.place_name_ru,
    l.place_name_ky,
    l.population_category,
    l.link_type,
    l.item as country_iso3,
    coalesce(c.country_name_en, l.item) as country_name_en,
    coalesce(c.country_name_ru, l.item) as country_name_ru,
    coalesce(c.country_name_ky, l.item) as country_name_ky,
    if(l.is_suppressed, null, l.individuals) as individuals,
    if(l.is_suppressed, null, l.individuals / nullif(l.all_countries, 0)) as share_of_links,
    if(l.is_suppressed or l.individuals is null, null, l.position) as rank,
    l.value_status,
    l.is_suppressed,
    l.window_start,
    l.window_end,
    l.is_synthetic
from links as l
left join {{ source('reference', 'country') }} as c on l.item = c.country_iso3
order by l.round_key, l.place_level, l.place_code, l.link_type, l.position
