"""The shape of a comparison of two deliveries: counts, column labels and row numbers only.

Only the record belongs here; comparing is in `compare.py`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

SHOWN = 200  # row numbers that are listed of each kind


@dataclass(frozen=True)
class Side:
    """One of the two deliveries."""

    delivery_id: str
    delivery_seq: int
    file_name: str
    normalized_id: str
    rows: int


@dataclass(frozen=True)
class Moved:
    """People (or households) of one measure: before and after, and where the difference lies.

    `gross` adds up every movement, so that people who came and people who went don't cancel out.
    """

    measure: str
    before: int
    after: int
    in_added_rows: int
    in_gone_rows: int
    in_changed_rows: int  # after less before, in rows of both
    gross: int


@dataclass(frozen=True)
class Comparison:
    """Two deliveries of a round, `before` and `after`."""

    round_key: str
    component: str
    before: Side
    after: Side
    matched_by: str  # unique field | place and informant | contents
    rows_added: int
    rows_gone: int
    rows_changed: int
    rows_equal: int
    cells_compared: int  # cells of rows in both, in columns of both, as delivered
    cells_changed: int
    values_compared: int  # canonical values of accepted rows in both
    values_changed: int
    columns_added: list[str] = field(default_factory=list)
    columns_gone: list[str] = field(default_factory=list)
    columns_renamed: list[list[str]] = field(default_factory=list)  # [before, after]
    columns_changed: dict[str, int] = field(default_factory=dict)  # label after → cells changed
    repeats: dict[str, list[int]] = field(default_factory=dict)  # repeat sheet → rows before, after, in both
    added: list[int] = field(default_factory=list)  # row numbers in `after`
    gone: list[int] = field(default_factory=list)  # row numbers in `before`
    changed: list[int] = field(default_factory=list)  # row numbers in `after`
    people: list[Moved] = field(default_factory=list)

    @property
    def share_changed(self) -> float:
        """Delivered cells that changed, of those compared."""
        return self.cells_changed / self.cells_compared if self.cells_compared else 0.0

    @property
    def people_moved(self) -> int:
        """People who came, went or changed, over all measures of individuals."""
        return sum(m.gross for m in self.people if m.measure.endswith(".individuals"))

    @property
    def people_share(self) -> float:
        """People moved, of those of the larger delivery; 1 where people came to a delivery that had none."""
        measures = [m for m in self.people if m.measure.endswith(".individuals")]
        whole = max(sum(m.before for m in measures), sum(m.after for m in measures))
        return self.people_moved / whole if whole else 0.0

    @property
    def rows_share(self) -> float:
        """Rows that came, went or changed, of all rows of either delivery."""
        moved = self.rows_added + self.rows_gone + self.rows_changed
        return moved / (moved + self.rows_equal) if moved else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        shares = {"share_changed": round(self.share_changed, 6), "people_moved": self.people_moved}
        shares |= {"people_share": round(self.people_share, 6), "rows_share": round(self.rows_share, 6)}
        return {**asdict(self), **shares}

    @classmethod
    def of(cls, data: dict[str, Any]) -> Comparison:
        """The record from its own JSON."""
        names = set(cls.__dataclass_fields__)
        plain = {k: v for k, v in data.items() if k in names}
        sides = {side: Side(**plain[side]) for side in ("before", "after")}
        return cls(**{**plain, **sides, "people": [Moved(**m) for m in plain["people"]]})
