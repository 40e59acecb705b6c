"""A figure of a mart as a report shows it: written in the language, with where it comes from in the page itself.

The one place where a value becomes text: every figure of a report is made here, so that a program can hold each of them against
the mart (`data-mart`, `data-column`, `data-key`, `data-value`). What is withheld or was not told is marked here as such.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from warehouse.serving.words import NONE

if TYPE_CHECKING:
    from markupsafe import Markup

    from warehouse.serving.words import Tongue

MINUS = "\u2212"
WITHHELD, MISSING, NOT_ASKED = "withheld", "missing", "not_asked"


@dataclass(frozen=True)
class Cell:
    """One figure. `text` is what is read, `value` what the mart has; `form` says how the one was made of the other.

    `state` is empty, or why there is no number: `withheld`, `missing` (asked, nobody told) or `not_asked`.
    """

    text: str
    value: Any
    mart: str
    column: str
    key: dict[str, Any]
    form: str = "number"
    state: str = ""

    def __str__(self) -> str:
        """The text alone."""
        return self.text

    def __html__(self) -> str:
        """The figure with its source, as it stands in the page."""
        from markupsafe import Markup

        key = _key_text(self.mart, tuple(self.key.items()))
        state = f' data-state="{self.state}"' if self.state else ""
        source = f'data-mart="{self.mart}" data-column="{self.column}" data-key=\'{key}\''
        value = f'data-value="{_escaped(raw(self.value))}" data-form="{self.form}"{state}'
        return Markup(f'<span class="fig" {source} {value}>{_escaped(self.text)}</span>')

    def saying(self, text: str) -> Cell:
        """The same figure inside a few words, such as `1,076 communities`."""
        return Cell(text, self.value, self.mart, self.column, self.key, self.form, self.state)


@lru_cache(maxsize=10_000)  # all figures of a row have the same, in three languages
def _key_text(mart: str, key: tuple[tuple[str, Any], ...]) -> str:
    """The key of a row of a mart as it stands in an attribute in ' ': in " it would be a third of the page."""
    text = json.dumps(dict(key), ensure_ascii=False, separators=(",", ":"), default=str)
    return text.replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")


@lru_cache(maxsize=10_000)
def _escaped(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))


def cell(mart: str, row: dict[str, Any], column: str, t: Tongue, form: str = "number") -> Cell:
    """The figure of a row of a mart (the whole row: its key is in it).

    Forms: `number`, `decimal` (one digit), `share` (0 to 1, as percent), `percent`, `points` (a difference in percentage
    points, with its sign), `signed` (a difference), `signed_percent`, `ratio` (two digits), `day`, `text`.
    """
    value = row.get(column)
    key = {name: row.get(name) for name in key_of(mart)}
    state = _state(row, column) if value is None else ""
    text = withheld(t) if state == WITHHELD else written(value, form, t)
    return Cell(text, value, mart, column, key, form, state)


@cache
def key_of(mart: str) -> tuple[str, ...]:
    """The columns of a mart's key. Raises KeyError for what is no mart."""
    from warehouse.indicators.marts import marts

    return tuple(marts()[mart].key)


def _state(row: dict[str, Any], column: str) -> str:
    if row.get("is_suppressed") or (row.get("is_withheld_in_part") and _is_withheld_part(row, column)):
        return WITHHELD
    return NOT_ASKED if row.get("value_status") == NOT_ASKED else MISSING


def _is_withheld_part(row: dict[str, Any], column: str) -> bool:
    """Whether an empty part of a change is one that was withheld: what may not be compared has no like for like at all."""
    if column in ("coverage_effect", "unexplained"):
        return True
    is_like = column == "window_effect" or (column.startswith("like_for_like") and row.get("like_for_like") is None)
    return is_like and row.get("comparability") != "not_comparable"


def withheld(t: Tongue) -> str:
    """The word that stands for a withheld figure."""
    return t.say("withheld")


@lru_cache(maxsize=10_000)  # the same numbers stand in many cells
def written(value: Any, form: str, t: Tongue) -> str:
    """A value of a mart as the language writes it; a dash for none."""
    if value is None:
        return NONE
    if form == "text":
        return str(value)
    if form == "day":
        return t.day(value)
    return _number(Decimal(repr(value)) if isinstance(value, float) else Decimal(value), form, t)


def _number(value: Decimal, form: str, t: Tongue) -> str:
    if form.startswith("signed") or form == "points":
        text = t.percent(value, 1) if form == "signed_percent" else t.number(value, 1 if form == "points" else 0)
        return f"+{text}" if value > 0 else text.replace("-", MINUS)
    if form in ("share", "percent"):
        return t.percent(value * 100 if form == "share" else value, 1)
    digits = {"number": 0, "decimal": 1, "ratio": 2}[form]
    return t.number(value, digits).replace("-", MINUS)


def raw(value: Any) -> str:
    """A value as a program reads it: `110977`, `0.2620`, `2024-10-31`, `true`; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def phrase(text: str, **values: Any) -> Markup:
    """A message with its {names} put in as HTML: cells keep their source, everything else is escaped.

    Say it as `phrase(t.say("{place} has the most: {n}."), place=name, n=cell)`.
    """
    from markupsafe import Markup, escape

    return Markup(escape(text)).format(**values)
