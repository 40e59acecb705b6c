-- Every figure that a page or a publication may name, from the marts: what is withheld there has no figure here.
with figures as (
    select * from {{ ref('int_figures_counts') }}
    union all
    select * from {{ ref('int_figures_returns') }}
    union all
    select * from {{ ref('int_figures_people') }}
    union all
    select * from {{ ref('int_figures_countries') }}
    union all
    select * from {{ ref('int_figures_ranks') }}
    union all
    select * from {{ ref('int_figures_survey') }}
),

standing as (
    select round_key, indicator_code, series, is_limited, reason_en, reason_ru, reason_ky
    from {{ source('reference', 'indicator_comparability') }}
),

-- May the figure, as it is, stand beside that of the round before? A survey's mart has said so. Of counted people: the
-- indicator's own series first, then the window, which decides who is counted (whole years lie in both), then what the mart
-- of the change says, which compares like with like, then how far the round reaches.
paired as (
    select
        f.*,
        p.previous_round_key, p.previous_delivery_id, p.previous_is_synthetic,
        p.window_reason_en, p.window_reason_ru, p.window_reason_ky,
        p.extent_reason_en, p.extent_reason_ru, p.extent_reason_ky,
        coalesce(s.reason_en, b.reason_en) as series_reason_en,
        coalesce(s.reason_ru, b.reason_ru) as series_reason_ru,
        coalesce(s.reason_ky, b.reason_ky) as series_reason_ky,
        c.comparability as change_comparability,
        c.comparability_reason_en as change_reason_en,
        c.comparability_reason_ru as change_reason_ru,
        c.comparability_reason_ky as change_reason_ky,
        case
            when p.previous_round_key is null or f.indicator_code is null then 'no pair'
            when f.mart_comparability is not null then 'said by the mart'
            when s.series <> b.series then 'series'
            when f.indicator_code like 'stock.%' and not p.is_same_start then 'window'
            when c.comparability = 'not_comparable' then 'change'
            when s.is_limited or b.is_limited then 'limited series'
            when f.indicator_code like 'stock.%' and not p.is_same_extent then 'extent'
            when c.comparability = 'limited' then 'change'
            when f.indicator_code like 'stock.%' or f.indicator_code = 'returns_by_year' then 'none'
            else 'no pair'
        end as break_kind
    from figures as f
    left join {{ ref('int_figure_pair') }} as p on f.round_key = p.round_key
    left join standing as s on p.round_key = s.round_key and f.indicator_code = s.indicator_code
    left join standing as b on p.previous_round_key = b.round_key and f.indicator_code = b.indicator_code
    left join {{ ref('mart_round_change') }} as c
        on p.round_key = c.round_key and p.previous_round_key = c.previous_round_key and c.place_level = 0
        and f.indicator_code = 'stock.' || c.population_category
)

select
    round_key, figure_code, figure_family, indicator_code,
    item_name_en, item_name_ru, item_name_ky, part_name_en, part_name_ru, part_name_ky,
    value_text_en, value_text_ru, value_text_ky, value_code, tied, value_number, n, ci_low, ci_high, as_of,
    other_round_key, previous_round_key, previous_delivery_id, previous_is_synthetic,
    case
        when break_kind = 'said by the mart' then mart_comparability
        when break_kind = 'series' then 'not_comparable'
        -- Numbers of people of another window are other numbers; shares of them can be read with care.
        when break_kind = 'window' and figure_family not like 'share.%' then 'not_comparable'
        when break_kind = 'change' and figure_family not like 'share.%' then change_comparability
        when break_kind in ('window', 'change', 'limited series', 'extent') then 'limited'
        when break_kind = 'none' then 'comparable'
    end as comparability,
    {% for language in ['en', 'ru', 'ky'] %}
    case break_kind
        when 'said by the mart' then mart_comparability_reason_{{ language }}
        when 'series' then series_reason_{{ language }}
        when 'limited series' then series_reason_{{ language }}
        when 'window' then window_reason_{{ language }}
        when 'change' then change_reason_{{ language }}
        when 'extent' then extent_reason_{{ language }}
    end as comparability_reason_{{ language }}{{ ',' if not loop.last }}
    {% endfor %}
from paired
order by round_key, figure_code
