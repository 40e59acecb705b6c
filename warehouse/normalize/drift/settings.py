"""The bounds of drift, from `operations/common/drift.yml`: each with the reason why it is what it is.

Only the bounds belong here; what they are compared with is decided by the modules that look at cells.
"""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from warehouse.operations import read_yaml
from warehouse.settings import PROJECT


class Bound(BaseModel):
    """One bound and its reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    value: float
    reason: str


class Bounds(BaseModel):
    """The file. A bound that is not in the file is an error, and so is one that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    least_rows: Bound
    least_cells: Bound
    alien_share: Bound
    most_shapes: Bound
    code_length: Bound
    most_values: Bound
    rows_per_value: Bound
    single_share: Bound
    least_alien: Bound
    least_alien_columns: Bound
    least_gain: Bound
    left_alien: Bound
    most_shift: Bound
    neighbour_gain: Bound
    known_gain: Bound
    rival_gain: Bound
    least_run: Bound
    most_foreign_share: Bound
    swapped_share: Bound
    failing_share: Bound
    moved_run: Bound
    least_pairs: Bound
    apart: Bound
    together: Bound
    least_strays: Bound
    strays_share: Bound
    looked_share: Bound
    lagged_share: Bound


@cache
def bounds() -> Bounds:
    """The bounds of every operation."""
    return read_yaml(PROJECT / "operations" / "common" / "drift.yml", Bounds)
