"""What a chart is given, read: rows of a mart become entries with a label, a figure and a state.

The one place that decides whether a figure is shown, withheld or missing; how that looks belongs to each chart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

Row = Mapping[str, Any]
Rows = Sequence[Row]
State = Literal["shown", "withheld", "missing"]


@dataclass(frozen=True)
class Entry:
    """One row as a chart sees it. `value`, `low` and `high` are None unless the state is `shown`."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    note: str
    state: State
    row: Row


def text_of(row: Row, name: str | None, t: Tongue) -> str:
    """A field as text: itself, or its name in the language (`place_name` → `place_name_ky`)."""
    if name is None:
        return ""
    return str(row[name] if row[name] is not None else "") if name in row else t.named(dict(row), name)


def number_of(row: Row, name: str | None) -> float | None:
    """A field as a number; None for none, and for what is not finite."""
    value = row.get(name) if name else None
    return float(value) if value is not None and math.isfinite(float(value)) else None


def state_of(row: Row, value: str) -> State:
    """Withheld where the row says `is_suppressed`, whatever its figure; missing where there is no figure."""
    if row.get("is_suppressed"):
        return "withheld"
    return "missing" if number_of(row, value) is None else "shown"


def entries(
    rows: Rows, t: Tongue, label: str, value: str, low: str | None = None, high: str | None = None,
    note: str | None = None,
) -> list[Entry]:  # fmt: skip
    """The rows in their order. A withheld row carries no number at all, not even into the picture's data."""
    return [_entry(row, t, label, value, low, high, note) for row in rows]


def _entry(row: Row, t: Tongue, label: str, value: str, low: str | None, high: str | None, note: str | None) -> Entry:
    state = state_of(row, value)
    shown = state == "shown"
    figure, least, most = (number_of(row, name) if shown else None for name in (value, low, high))
    said = text_of(row, note, t) if note and (shown or state == "missing") else ""
    return Entry(text_of(row, label, t), figure, least, most, said, state, row)


def by_size(found: list[Entry]) -> list[Entry]:
    """The largest first; what is withheld and what is missing last, by name."""
    order = {"shown": 0, "withheld": 1, "missing": 2}
    return sorted(found, key=lambda e: (order[e.state], -(e.value or 0), e.label))


def unshown(state: State, t: Tongue) -> str:
    """The word that stands where there is no figure."""
    return t.say("withheld") if state == "withheld" else t.say("no figure")
