-- The calendar that the semantic layer joins metrics to: every day from 2015 to 2040, made by plain SQL.
with digits as (
    select 0 as digit
    union all select 1 union all select 2 union all select 3 union all select 4
    union all select 5 union all select 6 union all select 7 union all select 8 union all select 9
),

numbers as (
    select a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit as number
    from digits as a
    cross join digits as b
    cross join digits as c
    cross join digits as d
)

select cast(date '2015-01-01' + number as date) as date_day
from numbers
where date '2015-01-01' + number < date '2041-01-01'
order by date_day
