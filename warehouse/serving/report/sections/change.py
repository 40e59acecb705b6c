"""Change with the round before: what is like for like, what coverage and the window explain, and what is refused, with the reason.

A direction is told only as the marts tell it (mart_round_change, mart_survey_change). Nothing is subtracted here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Found, Paragraph, Part, Points, Sub, Table
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.titles import comparability_name, reason_of, round_name

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 70
MART = "mart_round_change"


def build(facts: Facts, t: Tongue) -> Part | None:
    """The parts of the change, and the figures that must not be compared."""
    if facts.previous is None:
        return Part(
            "change",
            t.say("Change"),
            [],
            [t.say("Change with the round before: there is no round before in this release")],
        )
    name = t.say("Change since {round}", round=round_name(facts.previous, t))
    blocks = _survey(facts, t) if facts.is_survey else _counted(facts, t)
    return Part("change", name, [*blocks, *_not_comparable(facts, t)])


def _counted(facts: Facts, t: Tongue) -> list[Any]:
    rows = facts.mart(MART, "place_level = 0")
    order = {str(c["population_category"]): i for i, c in enumerate(facts.categories)}
    rows = sorted(rows, key=lambda row: order.get(str(row["population_category"]), len(order)))
    if not rows:
        return []
    lead = Paragraph(t.say("The totals of two rounds differ also because other communities were assessed, or because another window of time was asked about. Only the like-for-like part tells of a change."), "lead")  # fmt: skip
    told = [(str(row["population_category"]), t.named(row, "category_name"), [cell(MART, row, f"summary_{t.lang}", t, "text")])
            for row in rows]  # fmt: skip
    return [lead, _table(rows, t), Found(told), *_places(facts, order, t)]


def _table(rows: list[Row], t: Tongue) -> Table:
    """A column for each category, so that the parts of its change stand under each other."""
    parts = [
        ("previous_individuals", "number", t.say("Total before")), ("current_individuals", "number", t.say("Total now")),
        ("total_difference", "signed", t.say("Difference of the totals")), ("coverage_effect", "signed", t.say("of it: other communities")),
        ("window_effect", "signed", t.say("of it: another window")), ("like_for_like", "signed", t.say("of it: like for like")),
        ("unexplained", "signed", t.say("of it: not explained")), ("like_for_like_communities", "number", t.say("Communities compared like for like")),
        ("like_for_like_percent", "signed_percent", t.say("Like for like, per cent")),
    ]  # fmt: skip
    lines: list[list[Any]] = [
        [title, *(cell(MART, row, column, t, form) for row in rows)] for column, form, title in parts
    ]
    for column, name in (
        ("totals_comparability", t.say("The totals are")),
        ("comparability", t.say("Like for like is")),
    ):
        lines.append([name, *(comparability_name(str(row[column]), t) for row in rows)])
    head = [t.say("People"), *(t.named(row, "category_name") for row in rows)]
    notes = [t.say("Like for like: communities assessed in both rounds, and where years are told only the years that both windows hold whole.")]  # fmt: skip
    return Table(t.say("The change of the totals, taken apart"), head, lines, [MART], notes)


def _places(facts: Facts, order: dict[str, int], t: Tongue) -> list[Any]:
    """Like for like by place, where it may be compared."""
    level = facts.main_level or 1
    rows = facts.mart(MART, "place_level = ? AND comparability <> 'not_comparable'", level)
    if not rows:
        return []
    rows = sorted(rows, key=lambda row: (order.get(str(row["population_category"]), 9), str(row["place_code"])))
    columns = [
        ("like_for_like_communities", "number", t.say("Communities in both")), ("like_for_like_previous", "number", t.say("Before")),
        ("like_for_like_current", "number", t.say("Now")), ("like_for_like", "signed", t.say("Difference")),
        ("like_for_like_percent", "signed_percent", t.say("Per cent")),
    ]  # fmt: skip
    lines = [
        [t.named(row, "place_name"), t.named(row, "category_name"), *(cell(MART, row, column, t, form) for column, form, _ in columns),
         t.named(row, "direction_name")]
        for row in rows
    ]  # fmt: skip
    name = facts.level_name(level, t)
    head = [name.capitalize(), t.say("Category"), *(title for _, _, title in columns), t.say("Direction")]
    return [Table(t.say("Like for like by place ({level})", level=name), head, lines, [MART], folded=True)]


def _survey(facts: Facts, t: Tongue) -> list[Any]:
    mart = "mart_survey_change"
    rows = facts.mart(mart, "domain_type = 'national' AND statistic = 'share' AND comparability <> 'not_comparable'")
    clear = [row for row in rows if row["is_significant"]]
    if not rows:
        return []
    lead = t.say("Of all shares that may be compared with the round before, these changed by more than chance explains: the 95% interval of their difference leaves out zero.")  # fmt: skip
    none = t.say("No share that may be compared with the round before changed by more than chance explains.")
    many = t.say("Many shares are compared at once: about one in twenty would stand here by chance alone.")
    columns = [
        ("previous_estimate", "share", t.say("Before")), ("estimate", "share", t.say("Now")),
        ("difference", "points", t.say("Difference, percentage points")), ("ci_low", "points", t.say("Interval from")),
        ("ci_high", "points", t.say("to")),
    ]  # fmt: skip
    head = [t.say("Question and answer"), *(title for _, _, title in columns), t.say("Comparability")]
    made = [Paragraph(lead if clear else none, "lead")]
    if not clear:
        return [*made, Table(t.say("All changes"), head, _lines(mart, rows, columns, t), [mart], folded=True)]
    return [*made, Table(t.say("Clear changes, all respondents"), head, _lines(mart, clear, columns, t), [mart], [many]),
            Table(t.say("All changes"), head, _lines(mart, rows, columns, t), [mart], folded=True)]  # fmt: skip


def _lines(mart: str, rows: list[Row], columns: list[tuple[str, str, str]], t: Tongue) -> list[list[Any]]:
    return [
        [f"{t.named(row, 'indicator_name')}: {t.named(row, 'option_name')}",
         *(cell(mart, row, column, t, form) for column, form, _ in columns), comparability_name(str(row["comparability"]), t)]
        for row in rows
    ]  # fmt: skip


def _not_comparable(facts: Facts, t: Tongue) -> list[Any]:
    """Every indicator and total that is limited or refused, once a reason."""
    mart = "mart_survey_change" if facts.is_survey else MART
    where = "domain_type = 'national'" if facts.is_survey else "place_level = 0"
    rows = facts.mart(mart, f"{where} AND comparability <> 'comparable'")
    totals = facts.mart(
        "mart_headlines", "comparability <> 'comparable' AND headline_code NOT LIKE '%.%'", order="sort_order"
    )
    rows = [*facts.mart("dim_indicator_comparability", "comparability <> 'comparable'"), *totals, *rows]
    by_reason: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        key = (str(row["comparability"]), reason_of(row, t))
        name = t.named(row, "indicator_name") or t.named(row, "headline_name") or t.named(row, "category_name")
        by_reason.setdefault(key, {})[name] = None
    said = [
        phrase(t.say("{how}: {names}. {reason}."), how=comparability_name(how, t).capitalize(), names="; ".join(names), reason=reason)
        for (how, reason), names in sorted(by_reason.items(), reverse=True) if reason
    ]  # fmt: skip
    title = t.say("What may not be compared, or with care only")
    return [Sub(title, [Points(said)], code="not-comparable")] if said else []
