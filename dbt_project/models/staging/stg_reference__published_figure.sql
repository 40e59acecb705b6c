select
    round_key,
    figure_code,
    figure_name_en,
    published_value,
    decimals,
    unit,
    figure_source
from {{ source('reference', 'published_figure') }}
