"""Columns of large tables, in little memory: each different text once, and for each cell a small number.

Putting columns together from blocks of rows and handing out their cells belongs here. A column in which hardly a text repeats
stays one of texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from warehouse.deliveries.readers.cells import Column

if TYPE_CHECKING:
    import polars as pl

AT_ONCE = 50_000  # rows that are put together at once
MOST_SHARE = 0.5  # of different texts among the cells: above it numbers save nothing


class CompactColumn(Column):
    """`numbers[i]` is the place of cell i in `table`."""

    __slots__ = ("numbers", "table")

    def __init__(self, numbers: pl.Series, table: pl.Series) -> None:
        """`numbers` are unsigned, as small as they can be."""
        self.numbers, self.table, self.kinds = numbers, table, None

    def __len__(self) -> int:
        """Cells of the column."""
        return len(self.numbers)

    def __getitem__(self, index: int) -> str:
        """The text of a cell."""
        return str(self.table[int(self.numbers[index])])

    def kind(self, index: int) -> int:
        """Text, or blank."""
        return 1 if self[index] else 0

    def texts(self) -> Sequence[str]:
        """All texts, in order."""
        return self.series().to_list()

    def series(self) -> pl.Series:
        """The column as a Polars series of texts, made anew each time."""
        return self.table.gather(self.numbers)

    def rows(self, wanted: pl.Series) -> Column:
        """Some cells, by their indexes."""
        return Column(self.table.gather(self.numbers.gather(wanted)))


class Builder:
    """One column while its blocks come in."""

    def __init__(self) -> None:
        """No cell is known yet."""
        self.known: dict[str, int] = {}
        self.numbers: list[pl.Series] = []
        self.texts: list[pl.Series] = []  # once texts hardly repeat
        self.height = 0
        self._waiting: list[str] = []

    def add(self, texts: list[str]) -> None:
        """The next cells."""
        self._waiting += texts
        if len(self._waiting) >= AT_ONCE:
            self._take()

    def _take(self) -> None:
        import polars as pl

        block, self._waiting = pl.Series("", self._waiting, dtype=pl.String), []
        self.height += len(block)
        if self.texts:
            self.texts.append(block)
            return
        different = block.unique()
        for text in different.to_list():
            self.known.setdefault(text, len(self.known))
        places = [self.known[text] for text in different.to_list()]
        numbers = block.replace_strict(different, pl.Series(places, dtype=pl.UInt32), return_dtype=pl.UInt32)
        self.numbers.append(numbers.cast(_smallest(len(self.known))))
        if len(self.known) > MOST_SHARE * self.height:
            self._spell_out()

    def _spell_out(self) -> None:
        import polars as pl

        table = pl.Series("", list(self.known), dtype=pl.String)
        self.texts = [table.gather(numbers) for numbers in self.numbers]
        self.known, self.numbers = {}, []

    def column(self) -> Column:
        """The whole column, after its last cell."""
        import polars as pl

        if self._waiting or not self.height:
            self._take()
        if self.texts:
            return Column(pl.concat(self.texts, rechunk=True))
        kind = _smallest(len(self.known))
        numbers = pl.concat([n.cast(kind) for n in self.numbers], rechunk=True)
        return CompactColumn(numbers, pl.Series("", list(self.known), dtype=pl.String))


def _smallest(count: int) -> type[pl.DataType]:
    import polars as pl

    return pl.UInt8 if count <= 2**8 else pl.UInt16 if count <= 2**16 else pl.UInt32
