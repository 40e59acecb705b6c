with measures as (
    select
        round_key,
        measure as code,
        delivered::bigint as delivered,
        accepted::bigint as accepted,
        rejected::bigint as rejected,
        coalesce(delivered = accepted + rejected, false) as is_conserved
    from {{ ref('stg_canonical__conservation') }}
),

-- A rejected row is as grave as the finding of the same code; `block` is also the first in the alphabet.
severities as (
    select round_key, code, min(severity) as severity
    from {{ ref('stg_canonical__finding') }}
    group by round_key, code
),

rejected as (
    select r.round_key, coalesce(r.reason_code, 'unknown') as code, coalesce(s.severity, 'review') as severity, r.people
    from {{ ref('stg_canonical__rejected') }} as r
    left join severities as s on r.round_key = s.round_key and r.reason_code = s.code
),

lines as (
    select
        round_key, 'finding' as quality_type, coalesce(code, 'unknown') as code, coalesce(severity, 'note') as severity,
        count(*) as findings, cast(sum(f.rows) as bigint) as noticed_rows, cast(sum(people) as bigint) as people,
        null::bigint as delivered, null::bigint as accepted, null::bigint as rejected, null::boolean as is_conserved
    from {{ ref('stg_canonical__finding') }} as f
    group by round_key, coalesce(code, 'unknown'), coalesce(severity, 'note')
    union all
    select
        round_key, 'rejected', code, severity,
        count(*), count(*), sum(people)::bigint, null, null, null, null
    from rejected
    group by round_key, code, severity
    union all
    select
        round_key, 'conservation', code, if(is_conserved, 'note', 'block'),
        1, if(code = 'rows', delivered, null), if(code like '%.individuals', delivered, null),
        delivered, accepted, rejected, is_conserved
    from measures
),

-- What a code is called, by the catalogue of messages; rows of a sheet by its own name; a code that it lacks as it is written.
named as (
    select
        l.*,
        coalesce(n.code_name_en, r.code_name_en || ', ' || substr(l.code, 6), replace(replace(l.code, '_', ' '), '.', ', ')) as code_name_en,
        coalesce(n.code_name_ru, r.code_name_ru || ', ' || substr(l.code, 6), replace(replace(l.code, '_', ' '), '.', ', ')) as code_name_ru,
        coalesce(n.code_name_ky, r.code_name_ky || ', ' || substr(l.code, 6), replace(replace(l.code, '_', ' '), '.', ', ')) as code_name_ky
    from lines as l
    left join {{ source('reference', 'quality_code') }} as n on if(l.quality_type = 'conservation', 'conservation:', '') || l.code = n.code
    left join {{ source('reference', 'quality_code') }} as r on r.code = 'conservation:rows' and l.quality_type = 'conservation' and l.code like 'rows.%'
)

-- The rows of type `check` are added when the release is written: the gate speaks after this model is built.
select
    round_key, quality_type, code, severity, code_name_en, code_name_ru, code_name_ky,
    findings, noticed_rows as rows, people, delivered, accepted, rejected, is_conserved,
    null::integer as check_family, null::string as check_layer, null::string as outcome,
    null::double as observed_value, null::string as observed_en, null::string as observed_ru, null::string as observed_ky,
    null::double as allowed_value, null::string as allowed_en, null::string as allowed_ru, null::string as allowed_ky,
    null::string as todo_en, null::string as todo_ru, null::string as waiver
from named
order by round_key, quality_type, code, severity
