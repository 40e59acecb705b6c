"""Answers without thought: always the same one within an enumerator, one option where several may be named, one column down a series.

What does not vary belongs here; copies of whole interviews are in `near.py`.
"""

from __future__ import annotations

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.groups import more_than_others
from warehouse.collection.checks.result import Found, Lacking, Named, Outcome, Share, Values
from warehouse.collection.checks.stats import above, adjusted

SERIES = 4  # questions with the same list of options that make a series


def no_variation(data: Collected, v: Values) -> Outcome:
    """Enumerators whose every interview has the same answer to a question that others answer in several ways."""
    rows = data.questions.filter(pl.col("text").is_not_null()).join(
        data.known.select("interview_key", "enumerator"), on="interview_key"
    )
    if rows.is_empty():
        return Lacking("no_enumerator" if data.known.is_empty() else "few_answers", is_few=data.known.height > 0)
    same = rows.group_by("enumerator", "question", maintain_order=True).agg(
        pl.len().alias("n"), pl.col("text").n_unique().alias("kinds"), pl.col("text").first()
    )
    same = same.filter(pl.col("n") >= v["least_interviews"]).join(_elsewhere(rows), on=["question", "text"], how="left")
    if same.is_empty():
        return Lacking("few_interviews", is_few=True)
    return _constant(data, same.with_columns(_others_share()), v)


def _elsewhere(rows: pl.DataFrame) -> pl.DataFrame:
    """question, text, how often the round has it (`all`) and how many answers there are (`asked`)."""
    counted = rows.group_by("question", "text").agg(pl.len().alias("all"))
    return counted.with_columns(pl.col("all").sum().over("question").alias("asked"))


def _others_share() -> pl.Expr:
    """Of the others' answers, the share of this one; one more answer is added to each side, so that it is never 0 or 1."""
    return ((pl.col("all") - pl.col("n") + 1) / (pl.col("asked") - pl.col("n") + 2)).alias("others")


def _constant(data: Collected, same: pl.DataFrame, v: Values) -> Outcome:
    is_constant = (same["kinds"] == 1).to_list()
    tests = [
        above(n, n, min(max(others, 0.0), 1.0)) if constant else 1.0
        for n, others, constant in zip(same["n"], same["others"], is_constant, strict=True)
    ]
    found = []
    for row, p, q in zip(same.iter_rows(named=True), tests, adjusted(tests).tolist(), strict=True):
        if q <= v["false_alarms"] and row["others"] <= v["others_most"]:
            says = {"enumerator": row["enumerator"], "n": row["n"], "question": Named(data.named(row["question"])),
                    "others": Share(row["others"])}  # fmt: skip
            found.append(Found(
                "enumerator", row["enumerator"], says, row["n"], 1.0, v["others_most"], row["others"], p, q,
                item=row["question"], enumerator=row["enumerator"],
            ))  # fmt: skip
    return found


def one_option(data: Collected, v: Values) -> Outcome:
    """Enumerators who tick one option where several may be named, far more often than the others do."""
    answer = data.table("answer").filter(pl.col("option_code").is_not_null() & pl.col("value_number").is_not_null())
    if answer.is_empty():
        return Lacking("no_select_multiple")
    ticked = answer.group_by("response_key", "question_code", maintain_order=True).agg(
        (pl.col("value_number").sum() == 1).cast(pl.Float64).alias("single")
    )
    measured = ticked.group_by(pl.col("response_key").alias("interview_key"), maintain_order=True).agg(
        pl.col("single").mean().alias("value")
    )
    return more_than_others(data, measured, v)


def straight_series(data: Collected, v: Values) -> Outcome:
    """Enumerators whose interviews have one answer all the way down a series of questions with the same options."""
    series = _series(data)
    if not series:
        return Lacking("no_series")
    rows = pl.concat([_all_same(data, questions) for questions in series])
    return more_than_others(data, rows.group_by("interview_key", maintain_order=True).agg(pl.col("value").max()), v)


def _series(data: Collected) -> list[list[str]]:
    """Questions that have the same three or more answers in use, four and more of them."""
    options = data.table("answer").filter(pl.col("option_code").is_not_null() & pl.col("value_number").is_null())
    listed = options.group_by("question_code").agg(pl.col("option_code").unique().sort())
    by_list: dict[tuple[str, ...], list[str]] = {}
    for question, codes in listed.sort("question_code").iter_rows():
        by_list.setdefault(tuple(codes), []).append(question)
    return [questions for codes, questions in by_list.items() if len(codes) >= 3 and len(questions) >= SERIES]


def _all_same(data: Collected, questions: list[str]) -> pl.DataFrame:
    told = data.answers.filter(pl.col("question").is_in(questions) & pl.col("text").is_not_null())
    rows = told.group_by("interview_key", maintain_order=True).agg(
        (pl.col("text").n_unique() == 1).cast(pl.Float64).alias("value"), pl.len().alias("n")
    )
    return rows.filter(pl.col("n") >= SERIES).select("interview_key", "value")
