-- The round before is the one of the same operation and component with the next lower number in this release.
with standings as (
    select
        c.operation,
        c.component,
        c.indicator_code,
        c.round_key,
        r.round_number,
        r.window_start,
        c.series,
        coalesce(c.is_asked, true) as is_asked,
        c.is_limited,
        c.reason_en,
        c.reason_ru,
        c.reason_ky
    from {{ source('reference', 'indicator_comparability') }} as c
    inner join {{ source('reference', 'round') }} as r on c.round_key = r.round_key
),

pairs as (
    select
        *,
        lag(round_key) over earlier as previous_round_key,
        lag(window_start) over earlier as previous_window_start,
        lag(series) over earlier as previous_series,
        lag(is_asked) over earlier as previous_is_asked,
        lag(is_limited) over earlier as previous_is_limited,
        lag(reason_en) over earlier as previous_reason_en,
        lag(reason_ru) over earlier as previous_reason_ru,
        lag(reason_ky) over earlier as previous_reason_ky
    from standings
    window earlier as (partition by operation, component, indicator_code order by round_number, round_key)
),

judged as (
    select
        *,
        case
            when previous_round_key is null then null
            when series <> previous_series or not is_asked or not previous_is_asked then 'not_comparable'
            when is_limited or previous_is_limited then 'limited'
            else 'comparable'
        end as comparability,
        -- The later round says why, unless only the earlier one has something to say.
        is_asked and series = previous_series and not is_limited as is_earlier_reason
    from pairs
)

select
    j.operation,
    j.component,
    j.indicator_code,
    i.indicator_name_en,
    i.indicator_name_ru,
    i.indicator_name_ky,
    j.round_key,
    j.round_number,
    j.series,
    j.is_asked,
    j.previous_round_key,
    j.window_start = j.previous_window_start as has_same_window_start,
    j.comparability,
    case
        when j.comparability in ('limited', 'not_comparable')
            then if(j.is_earlier_reason, j.previous_reason_en, j.reason_en)
    end as comparability_reason_en,
    case
        when j.comparability in ('limited', 'not_comparable')
            then if(j.is_earlier_reason, j.previous_reason_ru, j.reason_ru)
    end as comparability_reason_ru,
    case
        when j.comparability in ('limited', 'not_comparable')
            then if(j.is_earlier_reason, j.previous_reason_ky, j.reason_ky)
    end as comparability_reason_ky
from judged as j
left join {{ source('reference', 'indicator') }} as i
    on j.operation = i.operation and j.component = i.component and j.indicator_code = i.indicator_code
order by j.operation, j.component, j.indicator_code, j.round_number, j.round_key
