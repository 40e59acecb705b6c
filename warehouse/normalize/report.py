"""The report to the field: findings and rejected rows of a round, as rows that can be shown or sent.

Which columns people see belongs here; how they are printed does not.
"""

from __future__ import annotations

import json
from typing import Any

from warehouse.normalize.run import Normalized

FINDINGS = ["severity", "code", "sheet", "row_number", "column_label", "what", "expected", "todo", "rows", "people"]
REJECTED = ["file_name", "sheet", "row_number", "reason_code", "column_label", "detail", "people"]

Table = tuple[list[str], list[tuple[Any, ...]]]


def finding_rows(normalized: Normalized) -> Table:
    """Findings, the worst first; never a delivered value."""
    table = normalized.table("finding").select(FINDINGS)
    return FINDINGS, table.rows()


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
