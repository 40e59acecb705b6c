"""One enumerator against the others: the comparison that several checks make, with its family and its least numbers.

Choosing strata and holding the family of tests belongs here; the arithmetic is in `stats.py`.
"""

from __future__ import annotations

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.result import Found, Lacking, Outcome, Share, Values
from warehouse.collection.checks.stats import Against, adjusted, against_others

Compared = list[tuple[Against, float]]


def compared(data: Collected, measured: pl.DataFrame, v: Values) -> Compared | Lacking:
    """Every enumerator with `least_interviews` against the others, with adjusted p. `measured`: interview_key, value.

    Compared within oblasts where most interviews stand beside those of another enumerator, else over the whole round.
    """
    rows = data.known.select("interview_key", "enumerator", "oblast").join(measured, on="interview_key")
    rows = rows.filter(pl.col("value").is_not_null())
    if data.known.is_empty():
        return Lacking("no_enumerator")
    names = rows["enumerator"].to_list()
    if len(set(names)) < 2:
        return Lacking("one_enumerator", is_few=True)
    strata = rows["oblast"].fill_null("").to_list() if beside_others(rows) else None
    found = against_others(rows["value"], names, strata, int(v["least_interviews"]))
    if not found:
        return Lacking("few_interviews", is_few=True)
    return list(zip(found, adjusted([f.p for f in found]).tolist(), strict=True))


def beside_others(rows: pl.DataFrame) -> bool:
    """Whether most interviews lie in an oblast where another enumerator works too. `rows`: enumerator, oblast."""
    counted = rows.select((pl.col("enumerator").n_unique().over("oblast") > 1).alias("beside"))
    return 2 * int(counted["beside"].sum()) > counted.height


def more_than_others(data: Collected, measured: pl.DataFrame, v: Values) -> Outcome:
    """Enumerators whose mean share lies `difference` and more above the others', beyond chance. `measured` as above, 0 to 1."""
    tested = compared(data, measured, v)
    return tested if isinstance(tested, Lacking) else standing_out(tested, v)


def standing_out(tested: Compared, v: Values, item: str = "") -> list[Found]:
    """The enumerators who stand out upward, as rows that say both shares."""
    return [
        Found(
            "enumerator", one.group,
            {"enumerator": one.group, "share": Share(one.mean), "others": Share(one.others), "n": one.n, "item": item},
            one.n, one.mean, one.others + v["difference"], one.others, one.p, p, item=item, enumerator=one.group,
        )
        for one, p in tested if p <= v["false_alarms"] and one.difference >= v["difference"]
    ]  # fmt: skip
