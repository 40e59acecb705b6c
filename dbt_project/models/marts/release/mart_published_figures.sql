with names as (
    select * from {{ ref('headline_figures') }}
),

compared as (
    select
        p.*,
        r.operation, r.window_start, r.window_end, r.is_synthetic as is_round_synthetic,
        {{ rounded_by('f.value_number', 'coalesce(p.decimals, 0)') }} as rounded_value,
        f.value_text_en, f.value_text_ru, f.value_text_ky, f.value_code,
        f.previous_round_key, f.comparability,
        f.comparability_reason_en, f.comparability_reason_ru, f.comparability_reason_ky,
        f.other_round_key is not null and f.previous_is_synthetic as is_previous_synthetic,
        {% for language in ['ru', 'ky'] %}
        coalesce(
            {{ filled('coalesce(n.headline_name_' ~ language ~ ', m.headline_name_' ~ language ~ ')', 'f.item_name_' ~ language, 'f.part_name_' ~ language) }},
            p.figure_name_en
        ) as figure_name_{{ language }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ source('reference', 'published_figure') }} as p
    inner join {{ source('reference', 'round') }} as r on p.round_key = r.round_key
    left join {{ ref('int_figures') }} as f on p.round_key = f.round_key and p.figure_code = f.figure_code
    left join names as n on p.figure_code = n.figure_code
    left join names as m on f.figure_family = m.figure_code
),

-- A published name agrees with ours in any language, with its code, and with one of several that share the rank.
named as (
    select
        *,
        coalesce(
            position(', ' || lower(published_text) || ', ' in ', ' || lower(value_text_en) || ', ') > 0
            or position(', ' || lower(published_text) || ', ' in ', ' || lower(value_text_ru) || ', ') > 0
            or position(', ' || lower(published_text) || ', ' in ', ' || lower(value_text_ky) || ', ') > 0
            or position(', ' || lower(published_text) || ', ' in ', ' || lower(value_code) || ', ') > 0,
            false
        ) as is_same_text
    from compared
)

select
    round_key,
    operation,
    figure_code,
    figure_name_en,
    figure_name_ru,
    figure_name_ky,
    published_value,
    published_text,
    case when published_value is not null then rounded_value end as computed_value,
    case when published_text is not null then value_text_en end as computed_text,
    {{ rounded('case when published_value is not null then rounded_value end - published_value', 6) }} as difference,
    -- A figure that we can't compute does not agree.
    coalesce(published_value is null or abs(rounded_value - published_value) < 1e-9, false)
    and (published_text is null or is_same_text) as agrees,
    unit,
    decimals,
    figure_source as source,
    publication,
    published_on,
    is_press_release,
    claim,
    previous_round_key,
    comparability,
    comparability_reason_en,
    comparability_reason_ru,
    comparability_reason_ky,
    window_start,
    window_end,
    is_round_synthetic or coalesce(is_previous_synthetic, false) as is_synthetic
from named
order by round_key, figure_code
