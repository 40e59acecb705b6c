"""What a traced figure is: how it is made, from which rows or other figures, and whether they add up to it.

Only the shape belongs here; each kind of mart has a module that fills it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from warehouse.trace.key import Row


@dataclass
class Figure:
    """One column of the traced row. `rows` are rows of the delivery, `made_of` figures of other marts."""

    column: str
    published: Any
    how: str
    recomputed: Any = None
    rows: list[Row] = field(default_factory=list)  # where (sheet!row), place_code, contribution, note
    left_out: list[Row] = field(default_factory=list)  # rows of the same places that are not in it, and why
    made_of: list[Row] = field(default_factory=list)  # mart, key, column, value

    @property
    def equal(self) -> bool | None:
        """Whether what stands behind it gives the figure; None where that was not worked out."""
        if self.recomputed is None and self.published is not None:
            return None
        return same(self.published, self.recomputed)

    def as_dict(self, limit: int | None) -> Row:
        """Plain data; at most `limit` rows, with their number."""
        cut = slice(0, limit)
        return {
            "column": self.column, "published": self.published, "recomputed": self.recomputed, "equal": self.equal,
            "how": self.how, "rows_behind": len(self.rows), "rows": self.rows[cut], "rows_left_out": len(self.left_out),
            "left_out": self.left_out[cut], "made_of": [_cut(part, cut) for part in self.made_of],
        }  # fmt: skip


def _cut(part: Row, cut: slice) -> Row:
    """A figure that another is made of, with as many of its rows as are asked for."""
    rows, others = part.get("rows") or [], part.get("left_out") or []
    return {
        **part, "rows": rows[cut], "rows_behind": len(rows), "left_out": others[cut], "rows_left_out": len(others),
        "made_of": [_cut(inner, cut) for inner in part.get("made_of") or []],
    }  # fmt: skip


def same(published: Any, found: Any) -> bool:
    """Equal numbers, as far as the mart rounds them."""
    if isinstance(published, int | float) and isinstance(found, int | float):
        return math.isclose(published, found, rel_tol=1e-9, abs_tol=5e-7)
    return bool(published == found)


def total(rows: list[Row]) -> int | None:
    """The sum of what rows contribute; None where none of them says a number: missing is not zero."""
    told = [row["contribution"] for row in rows if row["contribution"] is not None]
    return sum(told) if told else None
