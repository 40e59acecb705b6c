-- No day is told of a place whose interviews are withheld: its days would add up to them. A respondent's day and oblast are a small
-- cell, so of a survey the country's days are told alone, and those with few respondents are withheld. The days add up to the whole
-- round: where what is withheld could be told from the rest, the next smallest day goes with it, and no running total is told.
with days as (
    select
        d.*,
        o.survey_minimum_n,
        d.progress_unit = 'interviews' and d.interviews < o.survey_minimum_n as is_small
    from {{ ref('int_collection_line') }} as d
    inner join {{ ref('mart_collection_progress') }} as p
        on d.round_key = p.round_key and d.place_code = p.place_code and not p.is_suppressed
    inner join {{ source('reference', 'operation') }} as o on d.operation = o.operation
    where d.progress_unit = 'communities' or d.place_level = 0
),

ordered as (
    select
        *,
        sum(if(is_small, interviews, 0)) over whole as few_interviews,
        count(case when is_small then 1 end) over whole as few_days,
        row_number() over (partition by round_key, place_code, is_small order by interviews, collection_day) as day_order
    from days
    window whole as (partition by round_key, place_code)
),

marked as (
    select
        *,
        is_small or (day_order = 1 and (few_days = 1 or (few_days > 1 and few_interviews < survey_minimum_n))) as is_suppressed
    from ordered
)

select
    round_key,
    operation,
    component,
    place_code,
    place_level,
    parent_code,
    place_name_en,
    place_name_ru,
    place_name_ky,
    collection_day,
    progress_unit,
    if(is_suppressed, null, interviews) as interviews,
    if(few_days > 0, null, interviews_so_far) as interviews_so_far,
    if(is_suppressed, null, communities_new) as communities_new,
    if(few_days > 0, null, communities_so_far) as communities_so_far,
    planned_so_far,
    is_suppressed,
    is_synthetic
from marked
order by round_key, place_level, place_code, collection_day
