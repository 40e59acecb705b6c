-- Countries of the emigrants, of those who came back, of the international migrants.
with links as (
    select * from {{ ref('mart_country_links') }}
    where place_level = 0 and individuals is not null
),

-- The sum of the five largest is the same whichever of two equal countries is the fifth. 'Other' is no country.
ordered as (
    select
        l.*, row_number() over (partition by l.round_key, l.link_type order by l.individuals desc, l.country_iso3) as place
    from links as l
    inner join {{ ref('dim_country') }} as c on l.country_iso3 = c.country_iso3
),

top5 as (
    select
        round_key, link_type, max(population_category) as population_category,
        sum(share_of_links) as share
    from ordered
    where place <= 5
    group by round_key, link_type
    having count(share_of_links) = 5
)

select
    {{ figure(
        "'country.' || link_type || '.' || country_iso3", "'country.' || link_type", 'individuals',
        indicator="'stock.' || population_category", item='country_name'
    ) }}
from links
union all
select
    {{ figure(
        "'share.country.' || link_type || '.' || country_iso3", "'share.country.' || link_type", '100e0 * share_of_links',
        indicator="'stock.' || population_category", item='country_name'
    ) }}
from links
where share_of_links is not null
union all
select
    {{ figure(
        "'share.top5.' || link_type", "'share.top5.' || link_type", '100e0 * share',
        indicator="'stock.' || population_category"
    ) }}
from top5
