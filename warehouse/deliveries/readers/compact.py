"""Columns of large tables, in little memory: each different text once, and for each cell a small number.

Putting columns together from blocks of rows and handing out their cells belongs here. A column in which hardly a text repeats
stays one of texts, or becomes one of numbers where all of them are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from warehouse.deliveries.readers.cells import Column

if TYPE_CHECKING:
    import polars as pl

AT_ONCE = 50_000  # rows that are put together at once
MOST_ODD = 20  # other texts in a column of numbers: a header, a note below
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


class NumberColumn(Column):
    """Whole numbers that hardly repeat, as a sheet counts its rows: 4 bytes each, null where a cell is blank."""

    __slots__ = ("numbers", "odd")

    def __init__(self, numbers: pl.Series, odd: dict[int, str]) -> None:
        """`numbers` are unsigned, of 4 bytes; `odd`: the few cells that hold another text (null in `numbers`), as a header does."""
        self.numbers, self.odd, self.kinds = numbers, odd, None

    def __len__(self) -> int:
        """Cells of the column."""
        return len(self.numbers)

    def __getitem__(self, index: int) -> str:
        """The text of a cell."""
        number = self.numbers[index]
        return self.odd.get(index % len(self), "") if number is None else str(number)

    def kind(self, index: int) -> int:
        """Text, or blank."""
        return 1 if self[index] else 0

    def texts(self) -> Sequence[str]:
        """All texts, in order."""
        return self.series().to_list()

    def series(self) -> pl.Series:
        """The column as a Polars series of texts, made anew each time."""
        return spelled(self.numbers).scatter(list(self.odd), list(self.odd.values()))

    def rows(self, wanted: pl.Series) -> Column:
        """Some cells, by their indexes."""
        texts = spelled(self.numbers.gather(wanted))
        for index, text in self.odd.items():
            texts = texts.set(wanted == index, text)
        return Column(texts)


def counted(texts: pl.Series) -> tuple[pl.Series, dict[int, str]]:
    """Texts as numbers of 4 bytes, and the cells that are neither blank nor whole numbers written as a program does."""
    import polars as pl

    numbers = texts.cast(pl.UInt32, strict=False)
    odd = (spelled(numbers) != texts).arg_true()
    return numbers.scatter(odd, None), dict(zip(odd.to_list(), texts.gather(odd).to_list(), strict=True))


def spelled(numbers: pl.Series) -> pl.Series:
    """Numbers as texts, blank where there is none."""
    import polars as pl

    return numbers.cast(pl.String).fill_null("")


class Spelled:
    """The blocks of a column in which hardly a text repeats: numbers as long as nearly all cells are, texts otherwise."""

    def __init__(self) -> None:
        """No cell is known yet."""
        self.blocks: list[pl.Series] = []
        self.odd: dict[int, str] | None = {}  # None once it is a column of texts
        self.height = 0

    def add(self, block: pl.Series) -> None:
        """The next cells."""
        import polars as pl

        if self.odd is not None:
            numbers, odd = counted(block)
            if len(self.odd) + len(odd) <= MOST_ODD:
                self.odd |= {self.height + at: text for at, text in odd.items()}
                self.blocks.append(numbers)
                self.height += len(block)
                return
            self.blocks = [NumberColumn(pl.concat(self.blocks), self.odd).series()] if self.blocks else []
            self.odd = None
        self.blocks.append(block)

    def column(self) -> Column:
        """The whole column, after its last cell."""
        import polars as pl

        whole = pl.concat(self.blocks, rechunk=True)
        return Column(whole) if self.odd is None else NumberColumn(whole, self.odd)


class Builder:
    """One column while its blocks come in."""

    def __init__(self) -> None:
        """No cell is known yet."""
        self.known: dict[str, int] = {}
        self.numbers: list[pl.Series] = []
        self.spelled: Spelled | None = None  # once texts hardly repeat
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
        if self.spelled:
            self.spelled.add(block)
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

        table, self.spelled = pl.Series("", list(self.known), dtype=pl.String), Spelled()
        for numbers in self.numbers:
            self.spelled.add(table.gather(numbers))
        self.known, self.numbers = {}, []

    def column(self) -> Column:
        """The whole column, after its last cell."""
        import polars as pl

        if self._waiting or not self.height:
            self._take()
        if self.spelled:
            return self.spelled.column()
        kind = _smallest(len(self.known))
        numbers = pl.concat([n.cast(kind) for n in self.numbers], rechunk=True)
        return CompactColumn(numbers, pl.Series("", list(self.known), dtype=pl.String))


def _smallest(count: int) -> type[pl.DataType]:
    import polars as pl

    return pl.UInt8 if count <= 2**8 else pl.UInt16 if count <= 2**16 else pl.UInt32
