"""A made survey round of any size, as the tables that estimates are read from, in a DuckDB database of its own.

Making the tables belongs here; timing what is done with them is in `estimates.py`. The round is drawn by hash: the same
size is the same round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ROUND = "bench-rms-r01"
RESPONDENTS = """
    create or replace table sample as
    select
        '{round}' as round_key,
        left(md5('respondent ' || i), 20) as response_key,
        'stratum ' || (i // 10 % 9) as stratum,
        left(md5('community ' || (i // 10)), 20) as psu,
        cast(null as double) as fpc,
        1 + (hash(i, 'weight') % 1000) / 500.0 as weight,
        'made' as weight_scheme,
        i as number
    from range({respondents}) as t (i)
"""
DOMAINS = """
    create or replace table domains as
    select round_key, response_key, 'national' as domain_type, 'all' as domain from sample
    union all
    select round_key, response_key, 'oblast', 'KG' || lpad(cast(number // 10 % 9 as varchar), 11, '0') from sample
    union all
    select round_key, response_key, 'sex', case when hash(number, 'sex') % 100 < 72 then 'male' else 'female' end from sample
    union all
    select round_key, response_key, 'age_group', ['18-29', '30-44', '45-59', '60+'][cast(1 + hash(number, 'age') % 4 as integer)] from sample
    union all
    select
        round_key, response_key, 'country_of_return',
        ['RUS', 'RUS', 'RUS', 'RUS', 'RUS', 'RUS', 'KAZ', 'TUR', 'KOR', 'DEU', 'USA', 'ARE'][cast(1 + hash(number, 'country') % 12 as integer)]
    from sample
"""
# Of ten questions seven have one answer of five, two several of eight, one is a number; some are skipped, some not answered.
QUESTIONS = """
    create or replace table questions as
    select
        'question_' || lpad(cast(q as varchar), 4, '0') as indicator_code,
        case when q % 10 < 7 then 'single' when q % 10 < 9 then 'multiple' else 'number' end as kind,
        q % 10 = 3 as is_skipped,
        q as question
    from range({questions}) as t (q)
"""
SAID = """
    create or replace temp table said as
    select
        s.round_key, s.response_key, q.indicator_code, q.kind, s.number, q.question,
        hash(s.number, q.question, 'answered') % 100 >= 3 as is_answered
    from questions as q
    cross join sample as s
    where not (q.is_skipped and hash(s.number, q.question // 10, 'skipped') % 100 < 40)
"""
# Question by question, each in the order of the rows: as a normalized round has them.
ANSWERS = """
    create or replace table answers as
    select * exclude (number) from (
    select
        round_key, response_key, indicator_code, kind, number,
        'option_' || cast(hash(number, question, 'option') % 5 as varchar) as option_code, cast(null as double) as value_number
    from said where is_answered and kind = 'single'
    union all
    select
        s.round_key, s.response_key, s.indicator_code, s.kind, s.number, 'option_' || cast(o.option as varchar),
        case when hash(s.number, s.question, o.option) % 10 < 3 then 1.0 else 0.0 end
    from said as s cross join range(8) as o (option) where s.is_answered and s.kind = 'multiple'
    union all
    select round_key, response_key, indicator_code, kind, number, null, cast(hash(number, question, 'number') % 60 as double)
    from said where is_answered and kind = 'number'
    ) as a
    order by indicator_code, number, option_code
"""
UNANSWERED = """
    create or replace table unanswered as
    select round_key, response_key, indicator_code from said where not is_answered
"""
OPTIONS = """
    create or replace table options as
    select '{round}' as round_key, q.indicator_code, q.kind, 'option_' || cast(o.option as varchar) as option_code
    from questions as q cross join range(5) as o (option) where q.kind = 'single'
"""
LONG = """
    create or replace table long as
    select
        a.round_key, a.response_key, a.indicator_code, a.kind, coalesce(a.option_code, 'number') as option_code,
        coalesce(a.value_number, 1) as value_number, d.domain_type, d.domain, s.weight
    from answers as a
    inner join domains as d on a.response_key = d.response_key
    inner join sample as s on a.response_key = s.response_key
"""


@dataclass(frozen=True)
class Size:
    """How many respondents and questions the round has."""

    respondents: int
    questions: int


def make_round(connection: Any, size: Size) -> None:
    """Fill the database: sample, domains, answers, unanswered, options; and `long`, the answers once per domain."""
    words = {"round": ROUND, "respondents": size.respondents, "questions": size.questions}
    for sql in (RESPONDENTS, DOMAINS, QUESTIONS, SAID, ANSWERS, UNANSWERED, OPTIONS, LONG):
        connection.execute(sql.format(**words))
    connection.execute("drop table said")
