"""Where the figures are from: release, deliveries, checks of the gate, exceptions, rejected rows; licence and how to cite.

Only what makes a figure traceable belongs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Paragraph, Part, Points, Sub, Table, Terms
from warehouse.serving.report.cells import cell, phrase
from warehouse.serving.report.pieces import table
from warehouse.serving.report.titles import title

if TYPE_CHECKING:
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue

ORDER = 95
MART = "mart_quality"


def build(facts: Facts, t: Tongue) -> Part | None:
    """Release and deliveries, checks, rejected rows, licence."""
    blocks = [
        Terms(_release(facts, t)),
        _deliveries(facts, t),
        *_checks(facts, t),
        *_rejected(facts, t),
        *_waivers(facts, t),
    ]
    cite = Sub(t.say("Licence and how to cite"), _cite(facts, t), code="cite")
    return Part("provenance", t.say("Where the figures are from"), [*blocks, cite])


def _release(facts: Facts, t: Tongue) -> list[tuple[Any, Any]]:
    source = facts.source
    rows: list[tuple[Any, Any]] = [
        (t.say("Release"), source.release_id), (t.say("Published (UTC)"), _moment(source.published_at, t)),
        (t.say("Content hash"), source.content_hash), (t.say("Source of the round"), t.named(facts.round, "round_source")),
        (t.say("Boundaries"), facts.round["geography_vintage"]),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def _moment(at: str, t: Tongue) -> str:
    """`2026-11-25T22:59:04Z` as a day and a time."""
    return f"{t.day(at[:10])}, {at[11:16]}"


def _deliveries(facts: Facts, t: Tongue) -> Table:
    """The delivery of the round, and those of the rounds that it is compared with."""
    keys = {facts.round_key, *([facts.previous["round_key"]] if facts.previous else [])}
    lines = [[v.round_key, str(v.delivery_seq), v.sha256] for v in facts.source.rounds if v.round_key in keys]
    head = [t.say("Round"), t.say("Delivery"), "SHA-256"]
    return Table(t.say("Deliveries behind this report"), head, lines)


def _checks(facts: Facts, t: Tongue) -> list[Any]:
    rows = facts.mart(MART, "quality_type = 'check'")
    if not rows:
        return []
    failed = [row for row in rows if row["outcome"] != "passed"]
    said = t.count("{n} check was made before the figures were published.", "{n} checks were made before the figures were published.", len(rows))  # fmt: skip
    if not failed:
        return [Paragraph(said + " " + t.say("All of them held."))]
    outcomes = {"failed": t.say("did not hold"), "waived": t.say("let through by a waiver")}
    severities = {"review": t.say("a person looks"), "note": t.say("a note"), "block": t.say("stops the round")}
    lines = [
        [t.named(row, "code_name"), outcomes.get(str(row["outcome"]), str(row["outcome"])), severities.get(str(row["severity"]), ""),
         t.named(row, "observed"), t.named(row, "allowed")]
        for row in failed
    ]  # fmt: skip
    head = [t.say("What must hold"), t.say("Outcome"), t.say("Severity"), t.say("Seen"), t.say("Allowed")]
    return [Paragraph(said), Table(t.say("Checks that did not hold, to be read with the figures"), head, lines, [MART])]


def _rejected(facts: Facts, t: Tongue) -> list[Any]:
    rows = facts.mart(MART, "quality_type = 'rejected'")
    total = next(iter(facts.mart(MART, "quality_type = 'conservation' AND code = 'rows'")), None)
    told: list[Any] = []
    if total is not None:
        values = {name: cell(MART, total, name, t) for name in ("delivered", "accepted", "rejected")}
        told.append(
            Paragraph(
                phrase(
                    t.say("Of {delivered} delivered rows {accepted} were accepted and {rejected} rejected."), **values
                )
            )
        )
    columns = [(t.say("Rows"), "rows", "number"), (t.say("People in them"), "people", "number")]
    made = table(
        MART, rows, t, name="code_name", head=t.say("Reason"), columns=columns, caption=t.say("Rejected rows by reason")
    )
    return [*told, *([made] if rows else [])]


def _waivers(facts: Facts, t: Tongue) -> list[Any]:
    found = [w for w in facts.source.waivers if w.get("round_key") in (facts.round_key, None)]
    said = t.say("{finding}: {reason} ({owner}, until {expires})")
    told = [phrase(said, **{k: str(w.get(k, "")) for k in ("finding", "reason", "owner", "expires")}) for w in found]
    return [Sub(t.say("Exceptions by which the round passed"), [Points(told)], code="waivers")] if told else []


def _cite(facts: Facts, t: Tongue) -> list[Any]:
    row: Row = facts.operation
    cited = t.say(
        "{programme}: {title}. Release {release}, {day}.", programme=t.named(row, "programme"), title=title(facts, t),
        release=facts.source.release_id, day=facts.source.published_at[:10],
    )  # fmt: skip
    synthetic = [
        Paragraph(t.say("This round is SYNTHETIC: it was made by a program and must not be cited."), "caution")
    ]
    terms = [
        (t.say("Licence"), t.named(row, "licence")),
        (t.say("Credit"), t.named(row, "credit_line")),
        (t.say("Cite as"), cited),
    ]
    return [*(synthetic if facts.is_synthetic else []), Terms([(name, text) for name, text in terms if text])]
