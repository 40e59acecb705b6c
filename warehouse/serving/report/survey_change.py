"""A question of a survey beside the round before: what changed clearly, both rounds as a picture, or why it is refused.

Only what mart_survey_change says belongs here; the question itself is in `surveys.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Chart, Paragraph, Points, Table
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.titles import reason_of, round_name

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

MART, CHANGE = "mart_survey_estimates", "mart_survey_change"


def changes(facts: Facts, indicator: Row, answers: list[Row]) -> list[Row]:
    """The answers of a question beside the round before, all respondents, in the order of this round's answers."""
    code = str(indicator["indicator_code"])
    found = {
        row["option_code"]: row for row in facts.mart(CHANGE, "domain_type = 'national' AND indicator_code = ?", code)
    }
    order = [row["option_code"] for row in answers]
    return [found[option] for option in dict.fromkeys([*order, *found]) if option in found]


def change(facts: Facts, indicator: Row, answers: list[Row], t: Tongue) -> list[Any]:
    """What changed clearly, as sentences; that it can't be compared, with the reason."""
    rows, refused = _compared(facts, indicator, answers, t)
    if facts.previous is None or not rows:
        return refused
    form = "share" if rows[0]["statistic"] == "share" else "decimal"
    said = [phrase(
        t.say("Since {round}, “{answer}” went from {before} to {now}: more than chance explains."), round=round_name(facts.previous, t),
        answer=t.named(row, "option_name"), before=cell(CHANGE, row, "previous_estimate", t, form),
        now=cell(CHANGE, row, "estimate", t, form),
    ) for row in rows if row["is_significant"]]  # fmt: skip
    return [Points(said), *_care(rows, t)] if said else []


def _compared(facts: Facts, indicator: Row, answers: list[Row], t: Tongue) -> tuple[list[Row], list[Any]]:
    """The answers that may be set beside the round before; or none, and the reason where it is refused."""
    rows = changes(facts, indicator, answers)
    if facts.previous is None or not rows or any(row["comparability"] != "not_comparable" for row in rows):
        return rows, []
    reason = reason_of(rows[0], t)
    said = t.say("Not comparable with {round}: {reason}.", round=round_name(facts.previous, t), reason=reason)
    return [], [Paragraph(said, "caution")]


def _care(rows: list[Row], t: Tongue) -> list[Any]:
    """The reason why a comparison is to be read with care, once."""
    reasons = {reason_of(row, t) for row in rows if row["comparability"] == "limited"}
    return [
        Paragraph(t.say("To be compared with care only: {reason}.", reason=r), "caution")
        for r in sorted(reasons - {""})
    ]


def both_rounds(facts: Facts, indicator: Row, answers: list[Row], t: Tongue) -> list[Any]:
    """Both rounds of a question as a picture, with the table of differences and their intervals."""
    from warehouse.serving.charts import dots

    rows, refused = _compared(facts, indicator, answers, t)
    if facts.previous is None or not rows:
        return refused
    name, now = t.named(indicator, "indicator_name"), {row["option_code"]: row for row in answers}
    before = {row["option_code"]: row for row in facts.ask(
        f"SELECT * FROM {MART} WHERE round_key = ? AND indicator_code = ? AND domain_type = 'national' ORDER BY option_code",
        rows[0]["previous_round_key"], indicator["indicator_code"])}  # fmt: skip
    title = t.say("{question}: this round and the round before", question=name)
    shown = [{**row, "before_low": before.get(row["option_code"], {}).get("ci_low"),
              "before_high": before.get(row["option_code"], {}).get("ci_high"),
              "low": now.get(row["option_code"], {}).get("ci_low"), "high": now.get(row["option_code"], {}).get("ci_high")}
             for row in rows]  # fmt: skip
    picture = dots(
        shown, t, label="option_name", before="previous_estimate", after="estimate", before_low="before_low",
        before_high="before_high", low="low", high="high", before_name=_capital(round_name(facts.previous, t)),
        after_name=_capital(round_name(facts.round, t)), unit="share", digits=1, alt=title,
    )  # fmt: skip
    return [Chart(title, picture, _differences(rows, title, t), t.say("Lines are 95% intervals")), *_care(rows, t)]


def _differences(rows: list[Row], caption: str, t: Tongue) -> Table:
    columns = [("previous_estimate", "share"), ("estimate", "share"), ("difference", "points"), ("ci_low", "points"),
               ("ci_high", "points")]  # fmt: skip
    lines = [[t.named(row, "option_name"), *(cell(CHANGE, row, column, t, form) for column, form in columns),
              t.named(row, "direction_name")] for row in rows]  # fmt: skip
    head = [t.say("Answer"), t.say("Before"), t.say("Now"), t.say("Difference, percentage points"), t.say("Interval from"),
            t.say("to"), t.say("Direction")]  # fmt: skip
    return Table(caption, head, lines, [CHANGE], folded=True)


def _capital(text: str) -> str:
    """A word as it begins a line."""
    return text[:1].upper() + text[1:]
