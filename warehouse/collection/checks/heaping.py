"""Heaping: numbers that end on 0 or 5 more often in one enumerator's interviews than in those of the others.

Round figures are natural where key informants estimate, so an enumerator is held against the others, never against a
fifth. The unit is the interview (its own share of round numbers), for the numbers of one interview are told by one person.
Heaping of ages and counts on 0 and 5 is what Whipple's index measures in demography.
"""

from __future__ import annotations

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.groups import compared, standing_out
from warehouse.collection.checks.result import Found, Lacking, Outcome, Values


def heaping(data: Collected, v: Values) -> Outcome:
    """Enumerators with far more multiples of 5, or of 10, among numbers that are large enough to be rounded."""
    numbers = data.answers.filter(pl.col("number") >= v["least_number"])
    if numbers.is_empty():
        return Lacking("no_numbers")
    found: dict[str, Found] = {}
    lacking: Lacking | None = None
    for base in (5, 10):
        tested = compared(data, _rounded(numbers, base), v)
        if isinstance(tested, Lacking):
            lacking = tested
            continue
        for one in standing_out(tested, v, str(base)):
            found.setdefault(one.unit, one)
    return lacking if lacking and not found else list(found.values())


def _rounded(numbers: pl.DataFrame, base: int) -> pl.DataFrame:
    """Of each interview, the share of its numbers that are multiples of `base`."""
    hit = (pl.col("number") % base == 0).mean().alias("value")
    return numbers.group_by("interview_key", maintain_order=True).agg(hit)
