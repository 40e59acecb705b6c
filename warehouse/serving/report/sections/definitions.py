"""What the words and figures mean: the categories of people and the indicators of the round.

Only the dimensions' own definitions belong here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.serving.report.blocks import Part, Table, Terms

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts
    from warehouse.serving.words import Tongue

ORDER = 85


def build(facts: Facts, t: Tongue) -> Part | None:
    """Terms of the categories; a table of the indicators."""
    rows = facts.ask(
        "SELECT * FROM dim_indicator WHERE operation = ? AND component = ? ORDER BY sort_order, indicator_code",
        facts.round["operation"], facts.component,
    )  # fmt: skip
    categories = [(t.named(row, "category_name"), t.named(row, "definition")) for row in facts.categories]
    window = (
        t.say("Reference window"),
        t.say("The span of time in which people must have moved to be counted in the round."),
    )
    terms = [*categories, *([window] if facts.round["window_start"] else [])]
    lines = [[t.named(row, "indicator_name"), t.named(row, "definition"), t.named(row, "denominator")] for row in rows]
    head = [t.say("Indicator"), t.say("What it measures"), t.say("Of whom a share is taken")]
    made = Table(t.say("Indicators of this component"), head, lines, ["dim_indicator"], folded=True)
    return Part("definitions", t.say("Definitions"), [*([Terms(terms)] if terms else []), *([made] if lines else [])])
