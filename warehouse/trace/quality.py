"""Lines of mart_quality: the findings and rejected rows that they count, and the law of conservation.

Where something was found is listed, never a value of a row.
"""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.releases.verdict import load_verdict
from warehouse.trace.canonical import Round
from warehouse.trace.counts import where
from warehouse.trace.figure import Figure, total
from warehouse.trace.key import Row

FINDINGS = """
select file_name, sheet, row_number, column_label, rows, people from finding
where coalesce(code, 'unknown') = $code and coalesce(severity, 'note') = $severity order by all
"""
REJECTED = """
select sheet, row_number, column_label, people, 1 as rows from rejected
where coalesce(reason_code, 'unknown') = $code order by sheet, row_number
"""


def quality(at: Round, row: Row) -> Iterator[Figure]:
    """A row of mart_quality of the kinds that stand in the canonical tables."""
    kind, values = row["quality_type"], {"code": row["code"], "severity": row["severity"]}
    if kind == "conservation":
        found = at.ask(
            "select delivered, accepted, rejected from conservation where measure = $code", {"code": row["code"]}
        )
        for column in ("delivered", "accepted", "rejected"):
            yield Figure(
                column, row[column], "as counted when the delivery was normalized", found[0][column] if found else None
            )
        return
    if kind == "check":
        yield from _check(at, row)
        return
    if kind not in ("finding", "rejected"):
        return
    found = at.ask(FINDINGS, values) if kind == "finding" else at.ask(REJECTED, {"code": row["code"]})
    lines = [_row(r, 1) for r in found]
    yield Figure("findings", row["findings"], f"lines of this {kind}, one by one", len(lines), lines)
    for column in ("rows", "people"):
        told = [_row(r, r[column]) for r in found]
        yield Figure(column, row[column], f"{column} that each line speaks of", total(told), told)


def _check(at: Round, row: Row) -> Iterator[Figure]:
    """What the gate saw: as the stored verdict on this round has it, with the places that it names."""
    verdict = load_verdict(at.home, at.version.round_key, at.version.normalized_id)
    said = next((c for c in verdict.checks if c.code == row["code"]), None) if verdict else None
    lines = [
        {"where": w, "place_code": None, "contribution": None, "note": ""} for w in (said.evidence if said else [])
    ]
    how = "as the last verdict on the round has it (mtm verdict shows the whole of it)"
    yield Figure("observed_en", row["observed_en"], how, said.observed if said else None, lines)


def rejected_rows(at: Round) -> list[Row]:
    """Rows of the delivery that are in no figure, with the reason and the people they spoke of as far as can be told."""
    found = at.ask(
        "select sheet, row_number, reason_code, people from rejected order by sheet, row_number, reason_code"
    )
    return [{"where": where(r), "reason_code": r["reason_code"], "people": r["people"]} for r in found]


def corrections(at: Round) -> list[Row]:
    """Entries of the ledger that speak of the round, without their values."""
    from warehouse.corrections.store import standing_entries

    told = [r["what"] for r in at.ask("select what from finding") if r["what"]]
    return [
        {
            "entry": e.entry_id, "do": e.do, "row": getattr(getattr(e, "row", None), "text", ""),
            "column": getattr(e, "column", ""), "who": e.who, "when": str(e.when), "why": e.why,
            "is_noted": any(e.entry_id in what for what in told),
        }
        for e in standing_entries(at.operation, at.home, at.version.round_key)
    ]  # fmt: skip


def _row(found: Row, contribution: int | None) -> Row:
    return {"where": where(found) or str(found.get("file_name") or ""), "place_code": None, "contribution": contribution,
            "note": found.get("column_label") or ""}  # fmt: skip
