"""Cells that hold an error of the spreadsheet (`#N/A`, `#DIV/0!`) where a value should be.

Finding and refusing them belongs here. Readers keep them as they are shown, of a kind of their own; `read_file` refuses them
unless it is asked to keep them, which is done only where a codebook decides about each column afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from warehouse.deliveries.readers.cells import ERROR
from warehouse.deliveries.readers.refusal import address, column_letters, listed, refuse
from warehouse.deliveries.readers.sheet import Notice, RawSheet
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


def noticed(sheet: RawSheet) -> RawSheet:
    """The sheet, with a notice of its error cells: for those who keep them."""
    places = error_cells(sheet)
    if not places:
        return sheet
    shown = listed(address(*place) for place in places)
    notice = Notice(
        "error_cells", "review", f"{len(places)} cells hold an error instead of a value: {shown}", "a value in each cell",
        "correct these cells and deliver the file again", places[0][0] + 1, column_letters(places[0][1]),
    )  # fmt: skip
    return replace(sheet, notices=(*sheet.notices, notice))


def refusal(sheet: RawSheet, places: list[tuple[int, int]], name: str) -> UnreadableDelivery:
    """The refusal of a sheet for its error cells."""
    return refuse(
        f"{len(places)} cells hold an error instead of a value",
        f"{name}, sheet {sheet.name}, cells {listed(address(*place) for place in places)}",
        "error_cell", expected="a value in each cell", todo="correct these cells and deliver the file again",
    )  # fmt: skip
