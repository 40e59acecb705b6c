"""What needs action today: what was found, by check, the worst and the new first, with what to do.

Putting the list together belongs here; sentences come from the checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.collection.checks.sentences import filled
from warehouse.collection.checks.settings import Settings
from warehouse.collection.page.before import Before, key_of
from warehouse.serving.words import Tongue

SHOWN = 3  # sentences of one check; the rest is counted
NAMED = 4  # enumerators named in what to do
ORDER = {"stop": 0, "look": 1, "note": 2}


@dataclass(frozen=True)
class Group:
    """All that one check found. `sentences`: (text, enumerator or empty, is new)."""

    code: str
    name: str
    severity: str
    count: str
    new: int
    sentences: list[tuple[str, str, bool]]
    more: int
    todo: str


def groups_of(checks: pl.DataFrame, settings: Settings, before: Before, t: Tongue) -> list[Group]:
    """By severity, then those with something new, then as the checks stand in collection.yml."""
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in checks.filter(pl.col("outcome") == "found").iter_rows(named=True):
        by_code.setdefault(row["check_code"], []).append(row)
    made = [_group(code, rows, settings, before, t) for code, rows in by_code.items() if code in settings.checks]
    return sorted(made, key=lambda g: (ORDER[g.severity], before.day is not None and g.new == 0))


def _group(code: str, rows: list[dict[str, Any]], settings: Settings, before: Before, t: Tongue) -> Group:
    check, is_new = settings.checks[code], {id(row): _is_new(row, before) for row in rows}
    rows = sorted(rows, key=lambda row: (not is_new[id(row)], row["adjusted_p"] or 0))
    shown = rows[:SHOWN]
    who = list(dict.fromkeys(row["enumerator"] for row in rows if row["enumerator"]))
    names = ", ".join(who[:NAMED]) + (" …" if len(who) > NAMED else "")
    sentences = [(row[f"sentence_{t.lang}"], _beside(row, t.lang), is_new[id(row)]) for row in shown]
    return Group(
        code, check.name.of(t.lang), rows[0]["severity"], t.number(len(rows)), sum(is_new.values()), sentences,
        len(rows) - len(shown), filled(check.todo, {"enumerator": names or "–"}, t),
    )  # fmt: skip


def _is_new(row: dict[str, Any], before: Before) -> bool:
    return before.day is not None and key_of(row) not in before.keys


def _beside(row: dict[str, Any], lang: str) -> str:
    """The enumerator and the day, where the sentence does not name them."""
    who = row["enumerator"]
    return who if who and who not in row[f"sentence_{lang}"] else ""
