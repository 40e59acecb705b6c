"""Enumerators × checks: who stands out in what, as rows and columns of a table.

Counting belongs here; the colours of the cells are the page's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.collection.checks.settings import Settings
from warehouse.serving.words import Tongue

WEIGHT = {"stop": 100, "look": 10, "note": 1}


@dataclass(frozen=True)
class Cell:
    """What a check found of an enumerator: how many units, how bad."""

    count: str
    severity: str


@dataclass(frozen=True)
class Enumerator:
    """One row: pseudonym, interviews, last day, middle length, a cell (or None) for each column."""

    name: str
    interviews: str
    last_day: str
    minutes: str
    cells: list[Cell | None]


@dataclass(frozen=True)
class Heat:
    """The table. `columns`: names of the checks that found anything of anybody; `quiet`: enumerators without anything."""

    columns: list[str]
    rows: list[Enumerator]
    quiet: list[str]


def heat_of(checks: pl.DataFrame, interview: pl.DataFrame, settings: Settings, t: Tongue) -> Heat:
    """Worst first. `interview`: accepted interviews with their `day`."""
    found = checks.filter((pl.col("outcome") == "found") & pl.col("enumerator").is_not_null())
    counts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for who, code, severity in found.select("enumerator", "check_code", "severity").iter_rows():
        counts[who][code].append(severity)
    codes = [code for code in settings.checks if any(code in own for own in counts.values())]
    known = {row["enumerator"]: row for row in _work(interview).iter_rows(named=True)}
    order = sorted(known.keys() & counts.keys(), key=lambda who: (-_weight(counts[who]), who))
    rows = [_row(known[who], counts[who], codes, t) for who in order]
    return Heat([settings.checks[c].name.of(t.lang) for c in codes], rows, sorted(known.keys() - counts.keys()))


def _work(interview: pl.DataFrame) -> pl.DataFrame:
    known = interview.filter(pl.col("enumerator").is_not_null())
    minutes = pl.col("minutes").filter(pl.col("minutes") >= 0).median()
    return known.group_by("enumerator").agg(pl.len().alias("n"), pl.col("day").max(), minutes)


def _weight(own: dict[str, list[str]]) -> int:
    """A check weighs once, and a little more for each further unit."""
    return sum(WEIGHT[severities[0]] * 100 + len(severities) for severities in own.values())


def _row(known: dict[str, Any], own: dict[str, list[str]], codes: list[str], t: Tongue) -> Enumerator:
    day = f"{known['day']:%d.%m}" if known["day"] else "–"
    cells = [Cell(t.number(len(own[code])), own[code][0]) if code in own else None for code in codes]
    return Enumerator(known["enumerator"], t.number(known["n"]), day, t.number(known["minutes"]), cells)
