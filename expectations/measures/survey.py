"""Measures of the survey round: answers outside their list, minors, answers that are there at all.

Person-level: only counts and sheet!row leave this module. Estimates are measured in the marts.
"""

from __future__ import annotations

import polars as pl

from expectations.inputs import RoundInput
from expectations.measures.at import at
from expectations.measures.measured import Measured, count, share, where


def answers_given(given: RoundInput) -> Measured:
    """Answers that were reported."""
    return count(given.canonical.number("SELECT count(*) FROM answer WHERE value_status = 'reported'"), "answers")


def unknown_options(given: RoundInput) -> Measured:
    """Reported answers outside the option list, in the data or noticed by normalization, of all reported answers."""
    asked = given.canonical
    asked.con.execute("CREATE OR REPLACE TEMP TABLE listed (question_code VARCHAR, option_code VARCHAR)")
    if options := _options(given):
        asked.con.executemany("INSERT INTO listed VALUES (?, ?)", options)
    answers = "answer AS a WHERE value_status = 'reported' AND option_code IS NOT NULL"
    outside = (
        f"{answers} AND question_code IN (SELECT question_code FROM listed) AND NOT EXISTS "
        "(SELECT 1 FROM listed AS l WHERE l.question_code = a.question_code AND l.option_code = a.option_code)"
    )
    noticed = given.table("finding").filter(pl.col("code") == "unknown_option")
    found = asked.number(f"SELECT count(*) FROM {outside}")
    number = found + int(noticed["rows"].fill_null(1).sum() or 0)
    told = at(given, "response", f"response_key IN (SELECT response_key FROM {outside})") if found else []
    whole = max(asked.number(f"SELECT count(*) FROM {answers}"), number)
    return share(number, whole, "answers", told or where(noticed))


def _options(given: RoundInput) -> list[tuple[str, str]]:
    mine = [i for i in given.operation.indicators if i.component == given.component]
    return [(i.question or "", option.code) for i in mine for option in i.options]


def minors(given: RoundInput) -> Measured:
    """Respondents below the age from which a person is asked."""
    young, least = "age_years < ?", [given.value("respondent_age_min")]
    number = given.canonical.number(f"SELECT count(*) FROM response WHERE {young}", least)
    return count(number, "respondents", at(given, "response", young, least) if number else [])


def answers_missing(given: RoundInput) -> Measured:
    """Answers that are missing, of all that were asked."""
    sql = "SELECT count(*) FILTER (WHERE value_status = 'missing'), count(*) FROM answer WHERE value_status <> 'not_asked'"
    ((missing, asked),) = given.canonical.rows(sql)
    return share(missing, asked, "answers asked")
