"""Questions that are not answered: by question, by enumerator, and questions that skip logic left out.

What is missing or refused belongs here. A question that was not asked is not a missing answer; who has more of them than
the others may have learned which answer makes the interview short.
"""

from __future__ import annotations

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.groups import more_than_others
from warehouse.collection.checks.result import Found, Lacking, Named, Outcome, Share, Values
from warehouse.collection.checks.stats import above, adjusted


def judged(data: Collected) -> pl.DataFrame:
    """Answers of questions (of counts the totals), with `gone`: blank, or an option that means `no answer`."""
    gone = (pl.col("status") == "missing") | (
        pl.col("text").is_in(sorted(data.refusals)) & pl.col("text").is_not_null()
    )
    return data.questions.with_columns(gone.alias("gone"))


def missing_question(data: Collected, v: Values) -> Outcome:
    """Questions that more than a bound of those asked did not answer, beyond chance."""
    asked = judged(data).filter(pl.col("status") != "not_asked")
    rows = asked.group_by("question", maintain_order=True).agg(pl.len().alias("n"), pl.col("gone").sum())
    rows = rows.filter(pl.col("n") >= v["least_answers"])
    if rows.is_empty():
        return Lacking("few_answers", is_few=True)
    tests = [above(gone, n, v["most"]) for n, gone in rows.select("n", "gone").iter_rows()]
    found = []
    for (question, n, gone), p, q in zip(rows.iter_rows(), tests, adjusted(tests).tolist(), strict=True):
        if q <= v["false_alarms"]:
            says = {"question": Named(data.named(question)), "share": Share(gone / n), "n": n}
            found.append(Found("question", question, says, n, gone / n, v["most"], None, p, q))
    return found


def missing_enumerator(data: Collected, v: Values) -> Outcome:
    """Enumerators whose interviews have a far larger share of missing or refused answers than the others'."""
    asked = judged(data).filter(pl.col("status") != "not_asked")
    return more_than_others(
        data, asked.group_by("interview_key", maintain_order=True).agg(pl.col("gone").mean().alias("value")), v
    )


def skips_enumerator(data: Collected, v: Values) -> Outcome:
    """Enumerators whose interviews leave out far more questions by skip logic than the others'."""
    rows = judged(data)
    ever = rows.filter(pl.col("status") == "not_asked")["question"].unique().to_list()
    if not ever:
        return Lacking("no_skips")
    skipped = (pl.col("status") == "not_asked").mean().alias("value")
    inside = rows.filter(pl.col("question").is_in(ever))
    return more_than_others(data, inside.group_by("interview_key", maintain_order=True).agg(skipped), v)
