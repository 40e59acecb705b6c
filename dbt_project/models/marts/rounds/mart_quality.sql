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
        count(*) as findings, sum(rows)::bigint as rows, sum(people)::bigint as people,
        null::bigint as delivered, null::bigint as accepted, null::bigint as rejected, null::boolean as is_conserved
    from {{ ref('stg_canonical__finding') }}
    group by all
    union all
    select
        round_key, 'rejected', code, severity,
        count(*), count(*), sum(people)::bigint, null, null, null, null
    from rejected
    group by all
    union all
    select
        round_key, 'conservation', code, if(is_conserved, 'note', 'block'),
        1, if(code = 'rows', delivered, null), if(code like '%.individuals', delivered, null),
        delivered, accepted, rejected, is_conserved
    from measures
)

select * from lines
order by round_key, quality_type, code, severity
