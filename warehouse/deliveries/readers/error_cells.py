"""Cells that hold an error of the spreadsheet (`#N/A`, `#DIV/0!`) where a value should be.

Finding and refusing them belongs here. Readers keep them as they are shown, of a kind of their own; `read_file` refuses them
unless it is asked to keep them, which is done only where a codebook decides about each column afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.deliveries.readers.cells import ERROR
from warehouse.deliveries.readers.refusal import address, listed, refuse
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.errors import UnreadableDelivery


def error_cells(sheet: RawSheet) -> list[tuple[int, int]]:
    """The 0-based places (row, column) of error cells, row by row."""
    found = []
    for index, column in enumerate(sheet.columns):
        kinds = column.kinds or b""
        row = kinds.find(ERROR)
        while row >= 0:
            found.append((row, index))
            row = kinds.find(ERROR, row + 1)
    return sorted(found)


def refuse_error_cells(sheets: Iterable[RawSheet], name: str) -> None:
    """Raises UnreadableDelivery at the first sheet that has error cells."""
    for sheet in sheets:
        if places := error_cells(sheet):
            raise refusal(sheet, places, name)


def refusal(sheet: RawSheet, places: list[tuple[int, int]], name: str) -> UnreadableDelivery:
    """The refusal of a sheet for its error cells."""
    return refuse(
        f"{len(places)} cells hold an error instead of a value",
        f"{name}, sheet {sheet.name}, cells {listed(address(*place) for place in places)}",
        "error_cell", expected="a value in each cell", todo="correct these cells and deliver the file again",
    )  # fmt: skip
