with compared as (
    select
        p.round_key,
        p.figure_code,
        p.figure_name_en,
        p.published_value,
        round(f.value_number, coalesce(p.decimals, 0)) as computed_value,
        p.unit,
        p.figure_source as source,
        r.is_synthetic
    from {{ source('reference', 'published_figure') }} as p
    inner join {{ source('reference', 'round') }} as r on p.round_key = r.round_key
    left join {{ ref('int_figures') }} as f on p.round_key = f.round_key and p.figure_code = f.figure_code
)

select
    round_key,
    figure_code,
    figure_name_en,
    published_value,
    computed_value,
    round(computed_value - published_value, 6) as difference,
    -- A figure that we can't compute does not agree.
    coalesce(abs(computed_value - published_value) < 1e-9, false) as agrees,
    unit,
    source,
    is_synthetic
from compared
order by round_key, figure_code
