"""Where rows of a canonical table came from: sheet and row, the first of them.

Only evidence belongs here; a table may hold millions of rows, so it is looked up in SQL.
"""

from __future__ import annotations

from typing import Any

from expectations.inputs import RoundInput
from expectations.measures.measured import EVIDENCE_LIMIT, first


def at(given: RoundInput, table: str, condition: str, parameters: list[Any] | None = None) -> list[str]:
    """`sheet!row` of the rows of a main table that meet a condition; the table's own words, values are bound."""
    sql = (
        f"SELECT DISTINCT sheet, row_number FROM {table} WHERE {condition} "
        f"ORDER BY sheet NULLS FIRST, row_number NULLS FIRST LIMIT {EVIDENCE_LIMIT}"
    )
    return first(given.canonical.rows(sql, parameters))
