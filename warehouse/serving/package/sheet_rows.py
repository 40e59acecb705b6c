"""A sheet that takes whole rows: their XML is written at once, where the library would keep an object a cell (many times as long).

How a row of values becomes XML belongs here; which values a cell has is the matter of `workbook.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

LONGEST = 32_767  # UTF-16 units of a cell
TYPES = {"text": ' t="s"', "boolean": ' t="b"'}


@lru_cache(maxsize=1)
def row_sheet() -> Any:
    """The kind of sheet for `add_worksheet`: a worksheet of xlsxwriter that has `put_rows`."""
    from xlsxwriter.worksheet import Worksheet

    return type("RowSheet", (RowsAtOnce, Worksheet), {})


class RowsAtOnce:
    """What it has beside the library's: its head is written cell by cell, then `put_rows` takes all rows below it."""

    dim_rowmax: int | None
    col_info: dict[int, Any]
    str_table: Any
    fh: Any
    _check_dimensions: Callable[[int, int], int]

    def __init__(self) -> None:
        """As the library makes it."""
        super().__init__()
        self._below: list[str] = []
        self._head_ends: int | None = None

    def put_rows(self, first: int, parts: Iterable[pl.DataFrame], kinds: list[str]) -> None:
        """Rows below the head, from row `first` (the top one is 0) on, as frames of texts: a cell as it stands in the file.

        `kinds`: text, or else what is written as it is told (a number, 1 or 0 of a boolean), one a column; a null is no
        cell. Columns have their formats already.
        """
        import polars as pl

        self._head_ends, number = self.dim_rowmax, first
        for part in parts:
            shown = self._numbered(
                part, [name for name, kind in zip(part.columns, kinds, strict=True) if kind == "text"]
            )
            row = pl.int_range(number + 1, number + 1 + pl.len()).cast(pl.String)
            pieces: list[pl.Expr] = [pl.lit('<row r="'), row, pl.lit('">')]
            for i, (column, kind) in enumerate(zip(shown, kinds, strict=True)):
                cell = self._cell(i, column.name, kind, row)
                pieces += [pl.concat_str(cell)] if column.null_count() else cell
            whole = pl.concat_str(*pieces, pl.lit("</row>"), ignore_nulls=True)
            if all(column.null_count() for column in shown):
                whole = whole.filter(pl.any_horizontal(pl.all().is_not_null()))
            self._below.append(shown.select(whole.str.join("")).item())
            number += part.height
        self._check_dimensions(max(number - 1, 0), len(kinds) - 1)

    def _cell(self, column: int, name: str, kind: str, row: pl.Expr) -> list[pl.Expr]:
        """What the cells of a column are made of."""
        import polars as pl
        from xlsxwriter.utility import xl_col_to_name

        info = self.col_info.get(column)
        style = f' s="{info.column_format._get_xf_index()}"' if info and info.column_format else ""
        start, middle = f'<c r="{xl_col_to_name(column)}', f'"{style}{TYPES.get(kind, "")}><v>'
        return [pl.lit(start), row, pl.lit(middle), pl.col(name), pl.lit("</v></c>")]

    def _numbered(self, part: pl.DataFrame, texts: list[str]) -> pl.DataFrame:
        """The frame with the numbers of its texts in the workbook's table of texts, which gets them row by row."""
        import polars as pl

        if not texts:
            return part
        if any(part.select(pl.col(texts).str.len_bytes().max() > LONGEST).row(0)):
            part = part.with_columns(pl.col(texts).map_elements(_cut, return_dtype=pl.String))
        codes = part.select(pl.col(texts).cast(pl.Categorical(pl.Categories.random())).to_physical())
        every = codes.select(pl.concat_list(pl.all()).explode().alias("code")).to_series()
        numbers: dict[int, str] = {}
        for at in every.arg_unique():  # row by row: in the order in which they are met
            if (code := every[at]) is not None:
                text = part.item(at // len(texts), texts[at % len(texts)])
                numbers[code] = str(self.str_table._get_shared_string_index(text))
        self.str_table.count += every.len() - every.null_count() - len(numbers)
        told = pl.Series([numbers.get(code) for code in range(max(numbers, default=-1) + 1)], dtype=pl.String)
        return part.with_columns(pl.lit(told).gather(codes[name]).alias(name) for name in texts)

    def _write_rows(self) -> None:
        """What the library asks for when it writes the sheet: the head, then the rows."""
        end, self.dim_rowmax = self.dim_rowmax, self._head_ends if self._below else self.dim_rowmax
        super()._write_rows()  # type: ignore[misc]
        self.dim_rowmax = end
        self.fh.writelines(self._below)
        self._below = []


def _cut(text: str) -> str:
    """A text no longer than a cell may be."""
    return text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")
