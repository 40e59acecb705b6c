"""The sentence that stands for a picture: how many rows, the largest, the smallest, what is withheld.

Only what can be said of any chart's entries belongs here; what a chart is about is given as its subject.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.serving.charts.entries import Entry
from warehouse.serving.charts.lettering import written

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue

NAMED = 4  # so many rows without a figure are named, more are counted


def finding(
    subject: str, found: list[Entry], t: Tongue, unit: str | None, digits: int | None = None, *,
    beside: list[Entry] | None = None,
) -> str:  # fmt: skip
    """`subject`, then the finding in whole sentences. `beside`: those that may be set beside each other, by default all."""
    parts = [subject.rstrip(".") + "." if subject else "", *_range(found, t, unit, digits, beside)]
    parts += _without([e for e in found if e.state == "withheld"], t, withheld=True)
    parts += _without([e for e in found if e.state == "missing"], t, withheld=False)
    return " ".join(part for part in parts if part)


def _range(
    found: list[Entry], t: Tongue, unit: str | None, digits: int | None, beside: list[Entry] | None
) -> list[str]:
    if all(e.value is None for e in found):
        return [t.say("No figure can be shown.")]
    rows = t.count("{n} row.", "{n} rows.", len(found))
    shown = [e for e in (found if beside is None else beside) if e.value is not None]
    if not shown:
        return [rows]
    top, low = max(shown, key=lambda e: e.value or 0), min(shown, key=lambda e: e.value or 0)
    said = {"top": top.label, "top_value": written(top.value, unit, t, digits),
            "low": low.label, "low_value": written(low.value, unit, t, digits)}  # fmt: skip
    if len(shown) == 1:
        return [rows, t.say("{top}: {top_value}.", top=said["top"], top_value=said["top_value"])]
    return [rows, t.say("Largest: {top}, {top_value}; smallest: {low}, {low_value}.", **said)]


def _without(some: list[Entry], t: Tongue, *, withheld: bool) -> list[str]:
    if not some:
        return []
    if len(some) > NAMED and withheld:
        return [t.count("{n} figure is withheld.", "{n} figures are withheld.", len(some))]
    if len(some) > NAMED:
        return [t.count("{n} row has no figure.", "{n} rows have no figure.", len(some))]
    names = ", ".join(e.label for e in some).rstrip(".")
    return [t.say("Withheld: {names}.", names=names) if withheld else t.say("No figure: {names}.", names=names)]
