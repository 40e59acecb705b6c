"""Tables of places in any spreadsheet or CSV: header, rows as texts by folded label, HXL row left out.

Only the reading of a table belongs here; what its columns mean is in the format's module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from warehouse.codebooks.folding import fold_label
from warehouse.deliveries.readers.open import read_file
from warehouse.errors import MtmError

Row = dict[str, str]


@dataclass(frozen=True)
class Table:
    """A table with its folded labels; rows carry their number as a spreadsheet shows it."""

    labels: list[str]
    rows: list[tuple[int, Row]]

    def has(self, *labels: str) -> bool:
        """Whether all these columns are there."""
        return set(labels) <= set(self.labels)


def read_tables(path: Path) -> list[Table]:
    """Every sheet of a file that has a header in its first row. Raises UnreadableDelivery as any reader does."""
    return [
        table
        for sheet in read_file(path, path.name)
        if (table := _table([sheet.texts(i) for i in range(sheet.height)]))
    ]


def _table(lines: list[list[str]]) -> Table | None:
    if len(lines) < 2:
        return None
    labels = [fold_label(text) for text in lines[0]]
    rows = [
        (n, dict(zip(labels, line, strict=False)))
        for n, line in enumerate(lines[1:], 2)
        if any(t.strip() for t in line)
    ]
    return Table(labels, [(n, row) for n, row in rows if not _is_hxl(row)])


def _is_hxl(row: Row) -> bool:
    """The second header row of an HXL file: every cell that is filled is a tag."""
    filled = [text.strip() for text in row.values() if text.strip()]
    return bool(filled) and all(text.startswith("#") for text in filled)


def first(row: Row, *labels: str) -> str:
    """The first column of these that is filled, as it stands."""
    return next((row[label] for label in labels if row.get(label, "").strip()), "")


def numbered(table: Table) -> Iterator[tuple[int, Row]]:
    """Rows with their numbers."""
    yield from table.rows


def unusable(path: Path, expected: str, todo: str = "give the format with --format, or another file") -> MtmError:
    """The error for a file that has none of the columns of a format."""
    return MtmError(
        "the list of places can't be used: its columns are not those of the format",
        where=path.name, expected=expected, todo=todo, code="bad_place_list",
    )  # fmt: skip


__all__ = ["Row", "Table", "first", "numbered", "read_tables", "unusable"]
