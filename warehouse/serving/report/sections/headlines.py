"""The first screen: the figures of the round's first page, each with what was published of it or its interval.

Only mart_headlines belongs here; sentences made from the marts are in `findings.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Card, Cards, Part
from warehouse.serving.report.cells import cell, phrase

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 0
MART = "mart_headlines"
MOST = 8
FORMS = {"percent": "percent", "ratio": "ratio"}


def build(facts: Facts, t: Tongue) -> Part | None:
    """Cards: places and people asked, the categories; of a survey its shares with their intervals."""
    rows = [row for row in facts.mart(MART, order="sort_order") if _leads(row, facts)][:MOST]
    return Part("headlines", t.say("Headline figures"), [Cards([_card(row, t) for row in rows])] if rows else [])


def _leads(row: Row, facts: Facts) -> bool:
    code = str(row["headline_code"])
    if row["value"] is None or code.startswith("rounds."):
        return False
    return "." not in code or (facts.is_survey and code.startswith("share."))


def form_of(row: Row) -> str:
    """How the value of a headline is written, by its unit."""
    return FORMS.get(str(row["unit"]), "number")


def _card(row: Row, t: Tongue) -> Card:
    accent = str(row["headline_code"]).split(".")[0]
    return Card(t.named(row, "headline_name"), cell(MART, row, "value", t, form_of(row)), lines(row, t), accent)


def lines(row: Row, t: Tongue) -> list[Any]:
    """What stands under a headline: its interval, and what was published."""
    form, found = form_of(row), []
    if row["ci_low"] is not None:
        low, high = (cell(MART, row, name, t, form) for name in ("ci_low", "ci_high"))
        found.append(phrase(t.say("95% interval {low} to {high}"), low=low, high=high))
    if row["published_value"] is not None:
        found.append(_published(row, t, form))
    return found


def _published(row: Row, t: Tongue, form: str) -> Any:
    published = cell(MART, row, "published_value", t, form)
    if row["agrees"]:
        return phrase(t.say("Published: {published}, the same"), published=published)
    difference = cell(MART, row, "difference", t, "signed" if form == "number" else "points")
    return phrase(
        t.say("Published: {published}; ours less that: {difference}"), published=published, difference=difference
    )
