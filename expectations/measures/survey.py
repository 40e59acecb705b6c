"""Measures of the survey round: answers outside their list, minors, answers that are there at all.

Person-level: only counts and sheet!row leave this module. Estimates are measured in the marts.
"""

from __future__ import annotations

import polars as pl

from expectations.inputs import RoundInput
from expectations.measures.measured import Measured, count, share, where


def answers_given(given: RoundInput) -> Measured:
    """Answers that were reported."""
    return count(given.table("answer").filter(pl.col("value_status") == "reported").height, "answers")


def unknown_options(given: RoundInput) -> Measured:
    """Reported answers outside the option list, in the data or noticed by normalization, of all reported answers."""
    answers = given.table("answer").filter((pl.col("value_status") == "reported") & pl.col("option_code").is_not_null())
    listed = pl.DataFrame(
        _options(given),
        schema=["question_code", "option_code"],
        orient="row",
        schema_overrides={"question_code": pl.String, "option_code": pl.String},
    )
    asked = answers.join(listed.select("question_code").unique(), on="question_code", how="semi")
    outside = asked.join(listed, on=["question_code", "option_code"], how="anti")
    noticed = given.table("finding").filter(pl.col("code") == "unknown_option")
    number = outside.height + int(noticed["rows"].fill_null(1).sum() or 0)
    respondents = given.table("response").join(outside.select("response_key").unique(), on="response_key", how="semi")
    return share(number, max(answers.height, number), "answers", where(respondents) or where(noticed))


def _options(given: RoundInput) -> list[tuple[str, str]]:
    mine = [i for i in given.operation.indicators if i.component == given.component]
    return [(i.question or "", option.code) for i in mine for option in i.options]


def minors(given: RoundInput) -> Measured:
    """Respondents below the age from which a person is asked."""
    young = given.table("response").filter(pl.col("age_years") < given.value("respondent_age_min"))
    return count(young.height, "respondents", where(young))


def answers_missing(given: RoundInput) -> Measured:
    """Answers that are missing, of all that were asked."""
    asked = given.table("answer").filter(pl.col("value_status") != "not_asked")
    return share(asked.filter(pl.col("value_status") == "missing").height, asked.height, "answers asked")
