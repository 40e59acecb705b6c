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

lines as (
    select
        round_key, 'finding' as quality_type, coalesce(code, 'unknown') as code, coalesce(severity, 'note') as severity,
        count(*) as findings, sum(rows)::bigint as rows, sum(people)::bigint as people,
        null::bigint as delivered, null::bigint as accepted, null::bigint as rejected, null::boolean as is_conserved
    from {{ ref('stg_canonical__finding') }}
    group by all
    union all
    select
        round_key, 'rejected', coalesce(reason_code, 'unknown'), 'review',
        count(*), count(*), sum(people)::bigint, null, null, null, null
    from {{ ref('stg_canonical__rejected') }}
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
