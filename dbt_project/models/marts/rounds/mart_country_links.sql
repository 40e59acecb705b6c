-- Countries stand for the country and its level 1 places: below, the numbers are too small to say much.
with links as (
    select
        *,
        item <> 'UNKNOWN' as is_told,
        coalesce(item not in ('UNKNOWN', 'OTHER') and individuals > 0, false) as is_ranked
    from {{ ref('int_part_population') }}
    where shown_in = 'country_links' and place_level <= 1
),

-- Ties share a rank; people of unknown country are in no share of the countries that were told.
ranked as (
    select
        *,
        sum(case when is_told then individuals end) over (partition by round_key, place_code, link_type) as all_countries,
        rank() over (
            partition by round_key, place_code, link_type, is_ranked order by individuals desc nulls last
        ) as place_rank
    from links
)

select
    {{ part_place_columns('l') }},
    {{ part_category_columns('l') }},
    l.link_type,
    l.item as country_iso3,
    l.item_name_en as country_name_en,
    l.item_name_ru as country_name_ru,
    l.item_name_ky as country_name_ky,
    {{ unless_withheld('l', 'l.individuals') }} as individuals,
    case when l.is_told and not coalesce(l.is_table_withheld, l.is_suppressed) then l.individuals / nullif(l.all_countries, 0) end as share_of_links,
    {{ share_of_total('l') }} as share_of_total,
    case when l.is_ranked and not coalesce(l.is_table_withheld, l.is_suppressed) then l.place_rank end as rank,
    {{ unless_any_withheld('l', 'l.all_countries') }}::bigint as all_countries,
    {{ unless_any_withheld('l', 'l.total_where_told') }} as total_where_told,
    {{ unless_any_withheld('l', 'l.category_total') }} as category_total,
    {{ part_end_columns('l') }}
from ranked as l
-- The order of rows tells nothing of what is withheld either.
order by l.round_key, l.place_level, l.place_code, l.link_type, {{ unless_withheld('l', 'l.individuals') }} desc nulls last, l.item
