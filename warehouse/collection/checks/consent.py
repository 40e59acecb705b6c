"""Who refuses: the share of people who did not consent, in the round and by enumerator.

Refusals of a whole interview belong here; single answers that were refused are in `skips.py`.
"""

from __future__ import annotations

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.result import Found, Lacking, Outcome, Share, Values
from warehouse.collection.checks.stats import above, adjusted, fisher

REFUSED = "no_consent"  # the reason that codebooks drop such rows with


def asked(data: Collected) -> pl.DataFrame:
    """Interviews and refusals, with `refused`."""
    rows = data.interview.filter(
        (pl.col("kind") == "interview") & (pl.col("is_accepted") | (pl.col("reason_code") == REFUSED))
    )
    return rows.with_columns((pl.col("reason_code") == REFUSED).fill_null(False).alias("refused"))


def refusals(data: Collected, v: Values) -> Outcome:
    """A round in which more people refuse than the bound, beyond chance."""
    rows = asked(data)
    n, hits = rows.height, int(rows["refused"].sum())
    if hits == 0:
        return Lacking("no_refusals")
    p = above(hits, n, v["most"])
    if n < v["least_interviews"] or p > v["false_alarms"]:
        return []
    return [Found("round", data.round_key, {"share": Share(hits / n), "n": n}, n, hits / n, v["most"], None, p)]


def refusals_enumerator(data: Collected, v: Values) -> Outcome:
    """Enumerators whom far more people refuse, or far fewer, than the others (Fisher's exact test)."""
    rows = asked(data).filter(pl.col("enumerator").is_not_null())
    hits, n = int(rows["refused"].sum()), rows.height
    if hits == 0:
        return Lacking("no_refusals")
    by = rows.group_by("enumerator").agg(pl.len().alias("n"), pl.col("refused").sum()).sort("enumerator")
    by = by.filter((pl.col("n") >= v["least_interviews"]) & (pl.col("n") < n))
    if by.is_empty():
        return Lacking("few_interviews", is_few=True)
    tests = [fisher(own, k, hits - own, n - k) for _, k, own in by.iter_rows()]
    found = []
    for (who, k, own), p, q in zip(by.iter_rows(), tests, adjusted(tests).tolist(), strict=True):
        mine, others = own / k, (hits - own) / (n - k)
        if q <= v["false_alarms"] and abs(mine - others) >= v["difference"]:
            says = {"enumerator": who, "share": Share(mine), "others": Share(others), "n": k}
            found.append(Found("enumerator", who, says, k, mine, None, others, p, q, enumerator=who))
    return found
