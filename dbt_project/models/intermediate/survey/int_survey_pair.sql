-- Each survey round beside the round before it, and whether an indicator stands in one series in both.
with rounds as (
    select
        round_key,
        operation,
        component,
        window_start,
        window_end,
        geography_vintage,
        is_synthetic,
        lag(round_key) over (partition by operation, component order by round_number) as previous_round_key
    from {{ source('reference', 'round') }}
),

pairs as (
    select
        c.round_key,
        c.previous_round_key,
        c.operation,
        c.component,
        c.window_start,
        c.window_end,
        p.window_start as previous_window_start,
        p.window_end as previous_window_end,
        coalesce(c.is_synthetic, false) or coalesce(p.is_synthetic, false) as is_synthetic,
        coalesce(c.geography_vintage, '') = coalesce(p.geography_vintage, '') as is_same_vintage
    from rounds as c
    inner join rounds as p on c.previous_round_key = p.round_key
),

-- A round of which nothing is said stands in the one series, without limits.
standing as (
    select
        round_key,
        indicator_code,
        series,
        is_limited,
        reason_en,
        reason_ru,
        reason_ky
    from {{ source('reference', 'indicator_comparability') }}
),

compared as (
    select
        r.*,
        i.indicator_code,
        i.kind,
        i.unit,
        coalesce(c.series, '1') = coalesce(p.series, '1') as is_same_series,
        coalesce(c.is_limited, false) or coalesce(p.is_limited, false) as is_limited,
        -- The later round's reason first; of a limit, the reason of the round that is limited.
        case
            when coalesce(c.series, '1') <> coalesce(p.series, '1') then coalesce(c.reason_en, p.reason_en)
            when c.is_limited then coalesce(c.reason_en, p.reason_en)
            when p.is_limited then p.reason_en
        end as series_reason_en,
        case
            when coalesce(c.series, '1') <> coalesce(p.series, '1') then coalesce(c.reason_ru, p.reason_ru)
            when c.is_limited then coalesce(c.reason_ru, p.reason_ru)
            when p.is_limited then p.reason_ru
        end as series_reason_ru,
        case
            when coalesce(c.series, '1') <> coalesce(p.series, '1') then coalesce(c.reason_ky, p.reason_ky)
            when c.is_limited then coalesce(c.reason_ky, p.reason_ky)
            when p.is_limited then p.reason_ky
        end as series_reason_ky
    from pairs as r
    inner join {{ source('reference', 'indicator') }} as i on r.operation = i.operation and r.component = i.component
    left join standing as c on r.round_key = c.round_key and i.indicator_code = c.indicator_code
    left join standing as p on r.previous_round_key = p.round_key and i.indicator_code = p.indicator_code
),

worded as (
    select
        c.*,
        case
            when not c.is_same_series then 'definition_changed'
            when c.is_limited then 'definition_limited'
        end as series_word,
        case
            when c.window_start is null or c.previous_window_start is null then 'window_unknown'
            when c.window_start <> c.previous_window_start then 'window_start_moved'
        end as window_word
    from compared as c
)

select
    w.round_key,
    w.previous_round_key,
    w.operation,
    w.component,
    w.indicator_code,
    w.kind,
    w.unit,
    w.window_start,
    w.window_end,
    w.previous_window_start,
    w.previous_window_end,
    w.is_same_vintage,
    w.is_synthetic,
    case
        when not w.is_same_series then 'not_comparable'
        when w.is_limited or w.window_word is not null then 'limited'
        else 'comparable'
    end as comparability,
    {% for language in ('en', 'ru', 'ky') -%}
    coalesce(w.series_reason_{{ language }}, s.text_{{ language }}) as series_reason_{{ language }},
    replace(replace(
        t.text_{{ language }}, '{current}', {{ day_text('w.window_start', language) }}
    ), '{previous}', {{ day_text('w.previous_window_start', language) }}) as window_reason_{{ language }}
    {%- if not loop.last %},{% endif %}
    {% endfor %}
from worded as w
left join {{ ref('survey_words') }} as s on w.series_word = s.word_code
left join {{ ref('survey_words') }} as t on w.window_word = t.word_code
order by w.round_key, w.indicator_code
