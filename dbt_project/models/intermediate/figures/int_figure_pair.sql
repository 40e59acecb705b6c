-- The round before is the one that the register names: where the release has not got it, there is none to compare with.
with known as (
    select operation, component, round_number from {{ source('reference', 'registered_round') }}
    union
    select operation, component, round_number from {{ source('reference', 'round') }}
),

ordered as (
    select
        operation, component, round_number,
        lag(round_number) over (partition by operation, component order by round_number) as previous_number
    from known
),

coverage as (
    select round_key, communities from {{ ref('mart_round_coverage') }} where place_level = 0
),

pairs as (
    select
        r.round_key,
        p.round_key as previous_round_key,
        p.round_number as previous_round_number,
        coalesce(cast(r.window_start as varchar), '?') as start_now,
        coalesce(cast(p.window_start as varchar), '?') as start_before,
        coalesce(cast(r.window_end as varchar), '?') as end_now,
        coalesce(cast(p.window_end as varchar), '?') as end_before,
        coalesce(r.window_end <> p.window_end, false) as other_end, -- both known, and not the same
        coalesce(cast(c.communities as varchar), '?') as communities_now,
        coalesce(cast(b.communities as varchar), '?') as communities_before,
        p.delivery_id as previous_delivery_id,
        p.is_synthetic as previous_is_synthetic
    from {{ source('reference', 'round') }} as r
    inner join ordered as o
        on r.operation = o.operation and r.component = o.component and r.round_number = o.round_number
    inner join {{ source('reference', 'round') }} as p
        on o.operation = p.operation and o.component = p.component and o.previous_number = p.round_number
    left join coverage as c on r.round_key = c.round_key
    left join coverage as b on p.round_key = b.round_key
)

select
    round_key,
    previous_round_key,
    previous_delivery_id,
    previous_is_synthetic,
    start_now = start_before as is_same_start,
    end_now = end_before and communities_now = communities_before as is_same_extent,
    'The reference window begins on ' || start_now || ', in round ' || previous_round_number || ' on ' || start_before
        || ': other people are meant, and a difference is no rise or decline' as window_reason_en,
    'Отчётный период начинается ' || regexp_replace(start_now, '(\d+)-(\d+)-(\d+)', '\3.\2.\1') || ', в раунде ' || previous_round_number || ' он начинался '
        || regexp_replace(start_before, '(\d+)-(\d+)-(\d+)', '\3.\2.\1') || ': речь о других людях, и разница не означает роста или снижения' as window_reason_ru,
    'Отчёттук мезгил ' || regexp_replace(start_now, '(\d+)-(\d+)-(\d+)', '\3.\2.\1') || ' күнүнөн башталат, ' || previous_round_number || '-айлампада ' || regexp_replace(start_before, '(\d+)-(\d+)-(\d+)', '\3.\2.\1')
        || ' күнүнөн башталган: сөз башка адамдар жөнүндө, айырма өсүштү же төмөндөөнү билдирбейт' as window_reason_ky,
    case when other_end then 'The window ends on ' || end_now || ', in round ' || previous_round_number || ' on ' || end_before || '; ' else '' end
        || communities_now || ' communities were assessed, ' || communities_before || ' in round ' || previous_round_number
        || ': compare communities of both rounds only' as extent_reason_en,
    case when other_end then 'Период заканчивается ' || regexp_replace(end_now, '(\d+)-(\d+)-(\d+)', '\3.\2.\1') || ', в раунде ' || previous_round_number || ' он заканчивался ' || regexp_replace(end_before, '(\d+)-(\d+)-(\d+)', '\3.\2.\1') || '; охвачено' else 'Охвачено' end
        || ' сообществ: ' || communities_now || ', в раунде ' || previous_round_number || ': ' || communities_before
        || '; сравнивайте только сообщества обоих раундов' as extent_reason_ru,
    case when other_end then 'Мезгил ' || regexp_replace(end_now, '(\d+)-(\d+)-(\d+)', '\3.\2.\1') || ' күнү аяктайт, ' || previous_round_number || '-айлампада ' || regexp_replace(end_before, '(\d+)-(\d+)-(\d+)', '\3.\2.\1') || ' күнү аяктаган; камтылган' else 'Камтылган' end
        || ' коомчулуктар: ' || communities_now || ', ' || previous_round_number || '-айлампада: ' || communities_before
        || '; эки айлампада тең болгон коомчулуктарды гана салыштырыңыз' as extent_reason_ky
from pairs
order by round_key
