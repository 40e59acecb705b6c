"""Declared controls: totals that a delivery must add up to, places that a round covers, the window its notes tell.

Comparing belongs here, value with value; what was counted comes from the conservation table.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.recognise import Recognised
from warehouse.normalize.findings import Findings
from warehouse.operations import Operation


def check_controls(
    found: Recognised, operation: Operation, tables: dict[str, pl.DataFrame], findings: Findings
) -> None:
    """Findings where a declared control does not hold."""
