with names as (
    select * from {{ ref('headline_figures') }}
),

published as (
    select * from {{ source('reference', 'published_figure') }}
),

coverage as (
    select round_key, communities from {{ ref('mart_round_coverage') }} where place_level = 0
),

-- The first page: the standing figures, and whatever was published of the round. A comparison that can't be made is none.
headlines as (
    select
        f.*,
        {% for column in ['headline_name_en', 'headline_name_ru', 'headline_name_ky', 'definition_en', 'definition_ru', 'definition_ky'] %}
        {% set language = column[-2:] %}
        {{ filled('coalesce(n.' ~ column ~ ', m.' ~ column ~ ')', 'f.item_name_' ~ language, 'f.part_name_' ~ language) }} as {{ column }},
        {% endfor %}
        coalesce(n.unit, m.unit) as unit,
        coalesce(n.sources, m.sources) as sources,
        coalesce(n.sort_order, m.sort_order, 1000) as family_order
    from {{ ref('int_figures') }} as f
    left join names as n on f.figure_code = n.figure_code
    left join names as m on f.figure_family = m.figure_code
    left join published as p on f.round_key = p.round_key and f.figure_code = p.figure_code
    where
        f.value_number is not null
        and (p.figure_code is not null or coalesce(n.is_standing, m.is_standing, false))
)

select
    h.round_key,
    r.operation,
    r.component,
    h.figure_code as headline_code,
    coalesce(h.headline_name_en, p.figure_name_en, h.figure_code) as headline_name_en,
    coalesce(h.headline_name_ru, p.figure_name_en, h.figure_code) as headline_name_ru,
    coalesce(h.headline_name_ky, p.figure_name_en, h.figure_code) as headline_name_ky,
    h.value_number as value,
    h.value_text_en,
    h.value_text_ru,
    h.value_text_ky,
    h.tied,
    coalesce(h.unit, p.unit) as unit,
    h.ci_low,
    h.ci_high,
    h.n,
    coalesce(h.definition_en, p.figure_name_en, h.figure_code) as definition_en,
    coalesce(h.definition_ru, p.figure_name_en, h.figure_code) as definition_ru,
    coalesce(h.definition_ky, p.figure_name_en, h.figure_code) as definition_ky,
    h.as_of,
    coalesce(h.sources, 'int_figures') as sources,
    case
        when h.other_round_key is null then r.delivery_id
        else r.delivery_id || ', ' || h.previous_delivery_id
    end as delivery_ids,
    f.published_value,
    f.published_text,
    f.difference,
    f.agrees,
    f.source as published_source,
    f.publication,
    f.published_on,
    coalesce(f.is_press_release, false) as is_press_release,
    f.claim,
    h.previous_round_key,
    h.comparability,
    h.comparability_reason_en,
    h.comparability_reason_ru,
    h.comparability_reason_ky,
    r.window_start,
    r.window_end,
    c.communities,
    r.is_synthetic or (h.other_round_key is not null and h.previous_is_synthetic) as is_synthetic,
    -- Within a family the larger first: ranks and countries in their order.
    cast(row_number() over (
        partition by h.round_key order by h.family_order, h.figure_family, h.value_number desc, h.figure_code
    ) as integer) as sort_order
from headlines as h
inner join {{ source('reference', 'round') }} as r on h.round_key = r.round_key
left join coverage as c on h.round_key = c.round_key
left join published as p on h.round_key = p.round_key and h.figure_code = p.figure_code
left join {{ ref('mart_published_figures') }} as f on h.round_key = f.round_key and h.figure_code = f.figure_code
order by h.round_key, sort_order
