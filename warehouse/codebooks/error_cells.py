"""Error cells (`#N/A`) in the columns that a codebook uses: where they are known to mean missing, and where they can't stay.

The judgement of error cells by column belongs here; finding them does not (`deliveries/readers/error_cells.py`).
"""

from __future__ import annotations

from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.model import Codebook
from warehouse.deliveries.readers.error_cells import error_cells, refusal


def refuse_used_error_cells(match: SheetMatch, book: Codebook, name: str) -> None:
    """Raises UnreadableDelivery where an error stands in the header or in a used column.

    In a column that carries no measure, an error that the codebook names among its words for missing is taken for that.
    """
    used = {c.index: c.column for c in match.columns}
    places = []
    for row, index in error_cells(match.raw):
        column = used.get(index)
        known = column is not None and not column.measure and not column.required
        missing = {word.casefold() for word in (*book.missing, *(column.missing if column else ()))}
        if row < match.first_row or (column and not (known and match.raw.columns[index][row].casefold() in missing)):
            places.append((row, index))
    if places:
        raise refusal(match.raw, places, name)
