"""Measures of a redelivery against the delivery that it supersedes: people moved, rows moved.

Only counts leave this module: what is compared, and how, is in `warehouse/redelivery/`.
"""

from __future__ import annotations

from typing import cast

from expectations.inputs import RoundInput
from expectations.measures.measured import Measured
from warehouse.errors import MtmError
from warehouse.normalize.run import Normalized
from warehouse.redelivery.compare import redelivery
from warehouse.redelivery.model import Comparison


def redelivery_people_moved(given: RoundInput) -> Measured:
    """People who came, went or changed, of all people of the larger of the two deliveries."""
    found = _compared(given)
    if isinstance(found, Measured):
        return found
    lines = [f"{m.measure}: {m.before:,} to {m.after:,}" for m in found.people if m.before != m.after or m.gross]
    return Measured(
        found.people_share, f"{found.people_share:.4f} ({found.people_moved:,} people; {_rows(found)})", lines
    )


def redelivery_rows_moved(given: RoundInput) -> Measured:
    """Rows that came, went or changed, of all rows of the two deliveries."""
    found = _compared(given)
    return (
        found if isinstance(found, Measured) else Measured(found.rows_share, f"{found.rows_share:.4f} ({_rows(found)})")
    )


def _compared(given: RoundInput) -> Comparison | Measured:
    """The comparison; where the older delivery can't be read any more, all of it counts as moved: a person looks."""
    try:
        found = redelivery(cast(Normalized, given.normalized))
    except MtmError as error:
        return Measured(1.0, f"the superseded delivery can't be compared ({error.code or 'error'})")
    return found or Measured(0.0, "nothing was superseded")


def _rows(c: Comparison) -> str:
    return (f"rows {c.rows_added:,} added, {c.rows_gone:,} gone, {c.rows_changed:,} changed; "
            f"{c.cells_changed:,} of {c.cells_compared:,} cells changed")  # fmt: skip
