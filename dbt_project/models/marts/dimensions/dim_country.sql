select
    country_iso3,
    country_iso2,
    country_m49,
    country_name_en,
    country_name_ru,
    country_name_ky
from {{ source('reference', 'country') }}
order by country_iso3
