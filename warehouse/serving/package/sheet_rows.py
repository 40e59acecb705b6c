"""A sheet that takes whole rows: their XML is written at once, where the library would keep an object a cell (three times as long).

How a row of values becomes XML belongs here; which values a cell has is the matter of `workbook.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

LONGEST = 32_767  # UTF-16 units of a cell


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

    def put_rows(self, first: int, rows: Iterable[tuple[Any, ...]], kinds: list[str]) -> None:
        """Rows below the head, from row `first` (the top one is 0) on. `kinds`: text, boolean or else a number, one a column;
        a None is no cell. Columns have their formats already."""
        columns = [self._column(i, kind) for i, kind in enumerate(kinds)]
        self._head_ends, number = self.dim_rowmax, first
        for number, cells in enumerate(rows, first + 1):
            made = [f"{start}{number}{middle}{told(cell)}</v></c>"
                    for (start, middle, told), cell in zip(columns, cells, strict=True) if cell is not None]  # fmt: skip
            if made:
                self._below.append(f'<row r="{number}">{"".join(made)}</row>')
        self._check_dimensions(max(number - 1, 0), len(kinds) - 1)

    def _column(self, column: int, kind: str) -> tuple[str, str, Callable[[Any], object]]:
        """What stands before and after the row's number in each cell of a column, and how its value is told."""
        from xlsxwriter.utility import xl_col_to_name

        info = self.col_info.get(column)
        style = f' s="{info.column_format._get_xf_index()}"' if info and info.column_format else ""
        types: dict[str, tuple[str, Callable[[Any], object]]] = {
            "text": (' t="s"', self._text),
            "boolean": (' t="b"', int),
        }
        mark, told = types.get(kind, ("", "{:.16G}".format))
        return f'<c r="{xl_col_to_name(column)}', f'"{style}{mark}><v>', told

    def _text(self, text: str) -> int:
        """The number of a text in the workbook's table of texts."""
        if len(text) > LONGEST // 2:
            text = text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")
        number: int = self.str_table._get_shared_string_index(text)
        return number

    def _write_rows(self) -> None:
        """What the library asks for when it writes the sheet: the head, then the rows."""
        end, self.dim_rowmax = self.dim_rowmax, self._head_ends if self._below else self.dim_rowmax
        super()._write_rows()  # type: ignore[misc]
        self.dim_rowmax = end
        self.fh.writelines(self._below)
        self._below = []
