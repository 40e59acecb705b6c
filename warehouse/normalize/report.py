"""The report to the field: findings, checks that did not hold, and rejected rows of a round, to be shown or sent.

Which columns people see belongs here; how they are printed does not.
"""

from __future__ import annotations

import json
from typing import Any

from warehouse.normalize.place_history import moved_findings
from warehouse.normalize.run import Normalized
from warehouse.releases.verdict import load_verdict

FINDINGS = ["severity", "code", "sheet", "row_number", "column_label", "what", "expected", "todo", "rows", "people"]
REJECTED = ["file_name", "sheet", "row_number", "reason_code", "column_label", "detail", "people"]

ORDER = ["block", "review", "note"]
REPEATING = {"blocking_findings", "review_findings"}

Table = tuple[list[str], list[tuple[Any, ...]]]


def finding_rows(normalized: Normalized) -> Table:
    """Findings and the checks of the gate that did not hold, the worst first; never a delivered value."""
    moved = moved_findings(
        normalized.home, normalized.round_key, normalized.table("place"), normalized.table("assessment")
    )
    rows = [*_failed_checks(normalized), *moved, *normalized.table("finding").select(FINDINGS).rows()]
    return FINDINGS, sorted(rows, key=lambda row: ORDER.index(row[0]))


def _failed_checks(normalized: Normalized) -> list[tuple[Any, ...]]:
    """The stored verdict's checks that did not hold; what only repeats the findings below is left out."""
    verdict = load_verdict(normalized.home, normalized.round_key, normalized.normalized_id)
    failed = [c for c in verdict.checks if not c.passed and c.code not in REPEATING] if verdict else []
    return [
        (c.severity, c.code, "", None, "", f"{c.sentence_en} Seen: {c.observed}.", c.threshold, c.todo, None, None)
        for c in failed
    ]


def rejected_rows(normalized: Normalized, *, whole: bool) -> Table:
    """Rejected rows with their reasons; `whole` adds every delivered cell (personal data: for the field only)."""
    table = normalized.table("rejected")
    shown = table.select(REJECTED).rows()
    if not whole:
        return REJECTED, shown
    cells = [json.loads(text) for text in table["cells"]]
    labels = list(dict.fromkeys(label for row in cells for label in row))
    rows = [(*row, *(c.get(label) for label in labels)) for row, c in zip(shown, cells, strict=True)]
    return [*REJECTED, *labels], rows
