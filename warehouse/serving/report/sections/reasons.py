"""Why people moved: the reasons of each category, where key informants were asked for them.

Only mart_reasons belongs here; what respondents of surveys answer is in the sections of surveys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Part
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import bar_chart, by_category, leader, lumps_last, table

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 48
MART = "mart_reasons"


def build(facts: Facts, t: Tongue) -> Part | None:
    """A part for each category whose reasons were told."""
    if facts.is_survey:
        return None
    subs, asked = by_category(
        facts, t, MART, "reasons", lambda rows, code: _reasons(lumps_last(rows, "reason_code"), code, t)
    )
    gone = (
        t.say("Reasons: nobody told them, or they are withheld") if asked else t.say("Reasons: not asked in this round")
    )
    absent = [] if subs else [gone]
    return Part("reasons", t.say("Why they moved"), subs, absent)


def _reasons(rows: list[Row], category: str, t: Tongue) -> list[Any]:
    shown = [(t.say("People"), "individuals", "number"), (t.say("Households"), "households", "number"),
             (t.say("Of the people in communities that told reasons"), "share_of_total", "share")]  # fmt: skip
    name = t.named(rows[0], "category_name")
    caption = t.say("{category} by reason", category=name)
    made = table(MART, rows, t, name="reason_name", head=t.say("Reason"), columns=shown, caption=caption, folded=True)
    several = [t.say("A person may have several reasons: the shares may add up to more than 100%.")]
    has_shares = any(row["share_of_total"] is not None for row in rows)
    chart = bar_chart(
        rows, t, made, label="reason_name", value="share_of_total" if has_shares else "individuals",
        unit="share" if has_shares else None, title=_title(rows, name, t) or caption, alt=caption, color=category, sort=False,
        notes=several if rows[0]["parts_rule"] == "several" else (), digits=1 if has_shares else None,
    )  # fmt: skip
    return [chart]


def _title(rows: list[Row], category: str, t: Tongue) -> Any:
    first = leader(rows, "individuals", "reason_code")
    if first is None or first["share_of_total"] is None:
        return None
    return phrase(
        t.say("{category}: the most frequent reason is “{reason}”, {share}"), category=category,
        reason=t.named(first, "reason_name"), share=cell(MART, first, "share_of_total", t, "share"),
    )  # fmt: skip
