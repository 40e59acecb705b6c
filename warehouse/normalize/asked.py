"""Whether a row was asked for a column at all: the form's skip logic (`relevant` in the codebook), as an expression.

Only the question "was it asked" belongs here; what a blank cell then means is decided where it is read.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.folding import fold, fold_column
from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook, Column
from warehouse.normalize.frame import TextFrame


def asked_of(frame: TextFrame, book: Codebook, column: MappedColumn) -> pl.Expr:
    """True where the column was to be answered: no skip logic, or a gate that does not say "not asked" for certain.

    A gate's cell that is no option of its list proves nothing (a row pasted in another layout has such cells).
    """
    gates = [_not_asked(frame, book, field, allowed) for field, allowed in (column.column.relevant or {}).items()]
    return ~pl.any_horizontal(gates) if gates else pl.lit(value=True)


def _not_asked(frame: TextFrame, book: Codebook, field: str, allowed: list[str]) -> pl.Expr:
    name, found = frame.of(field), frame.match.find(field)
    if name is None or found is None:
        return pl.lit(value=False)
    options = _options(book, found.column)
    closed = sorted(text for text, code in options.items() if code not in allowed)
    return fold_column(name).is_in(closed)


def _options(book: Codebook, column: Column) -> dict[str, str]:
    """Folded text to option code; yes and no for a boolean."""
    from warehouse.normalize.questions import BOOLEANS

    if column.options is None:
        return BOOLEANS
    return {fold(text): o.code for o in book.code_lists[column.options] for text in [o.code, *o.labels]}
