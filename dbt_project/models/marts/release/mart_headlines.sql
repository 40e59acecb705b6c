with names as (
    select * from {{ ref('headline_figures') }}
),

published as (
    select * from {{ source('reference', 'published_figure') }}
),

-- The first page: the standing figures, and whatever was published of the round.
headlines as (
    select f.*, p.figure_name_en, p.published_value, p.decimals, p.unit as published_unit
    from {{ ref('int_figures') }} as f
    left join published as p on f.round_key = p.round_key and f.figure_code = p.figure_code
    where p.figure_code is not null or f.figure_code in (select figure_code from names)
)

select
    h.round_key,
    r.operation,
    h.figure_code as headline_code,
    coalesce(n.headline_name_en, h.figure_name_en, h.figure_code) as headline_name_en,
    coalesce(n.headline_name_ru, h.figure_name_en, h.figure_code) as headline_name_ru,
    coalesce(n.headline_name_ky, h.figure_name_en, h.figure_code) as headline_name_ky,
    h.value_number as value,
    h.value_text,
    coalesce(n.unit, h.published_unit) as unit,
    h.published_value,
    round(round(h.value_number, coalesce(h.decimals, 0)) - h.published_value, 6) as difference,
    coalesce(n.definition, h.figure_name_en, h.figure_code) as definition,
    coalesce(n.sort_order, 1000) as sort_order,
    r.window_start,
    r.window_end,
    r.is_synthetic
from headlines as h
inner join {{ source('reference', 'round') }} as r on h.round_key = r.round_key
left join names as n on h.figure_code = n.figure_code
order by h.round_key, sort_order, headline_code
