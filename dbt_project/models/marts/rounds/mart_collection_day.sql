-- No day is told of a place whose interviews are withheld: its days would add up to them.
select
    d.round_key,
    d.operation,
    d.component,
    d.place_code,
    d.place_level,
    d.parent_code,
    d.place_name_en,
    d.place_name_ru,
    d.place_name_ky,
    d.collection_day,
    d.progress_unit,
    d.interviews,
    d.interviews_so_far,
    d.communities_new,
    d.communities_so_far,
    d.planned_so_far,
    d.is_synthetic
from {{ ref('int_collection_line') }} as d
inner join {{ ref('mart_collection_progress') }} as p
    on d.round_key = p.round_key and d.place_code = p.place_code and not p.is_suppressed
order by d.round_key, d.place_level, d.place_code, d.collection_day
