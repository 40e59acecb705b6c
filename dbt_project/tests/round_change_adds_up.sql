-- The parts of a change add up to its total difference, exactly, wherever they are shown.
select round_key, place_code, population_category, total_difference
from {{ ref('mart_round_change') }}
where
    total_difference is not null and coverage_effect is not null and not is_withheld_in_part
    and total_difference <> coalesce(like_for_like, 0) + coverage_effect + coalesce(window_effect, 0) + unexplained
