"""Finding what an entry of the ledger names in a delivery: its row and its column.

Looking up belongs here; comparing values and deciding do not (`ledger.py`). A row or column that is not certain is not found.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.folding import fold_label
from warehouse.codebooks.match import MappedColumn, SheetMatch
from warehouse.codebooks.model import Codebook
from warehouse.codebooks.recognise import Recognised
from warehouse.corrections.model import RowAt
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.people import key_of, pseudonym
from warehouse.normalize.values import count_text
from warehouse.settings import Home

INFORMANT = "informant_number"  # the field that tells several informants of a place apart


def sheets_of(found: Recognised) -> list[SheetMatch]:
    """All sheets of a delivery that are read, the first main sheet first."""
    return [found.main, *getattr(found, "others", []), *found.repeats]


def find_rows(
    at: RowAt, frames: list[TextFrame], book: Codebook, delivery_id: str, home: Home
) -> tuple[TextFrame, list[int]]:
    """The sheet and the row numbers; none where the row is not there, or not certain. The main sheet is `frames[0]`.

    A key may stand on several rows (a submission that stands twice): they are one row to the ledger.
    """
    main = frames[0]
    if at.key or at.place:
        found = [(f, rows) for f in frames if f.match.sheet.role == "main" and (rows := _named(f, at, book, home))]
        certain = len(found) == 1 and (at.key or len(found[0][1]) == 1)
        return found[0] if certain else (main, [])
    sheet = next((f for f in frames if f.match.raw.name == at.sheet), main)
    known = at.delivery == delivery_id and sheet.match.raw.name == at.sheet
    return sheet, [at.row_number] if known and at.row_number in set(sheet.data["row_number"]) else []  # type: ignore[list-item]


def _named(frame: TextFrame, at: RowAt, book: Codebook, home: Home) -> list[int]:
    if at.place:
        return place_rows(frame, book, at.place, at.informant)
    keys = row_keys(frame, book, home)
    return [] if keys is None else keys.filter(pl.col("key") == at.key)["row_number"].to_list()


def row_keys(frame: TextFrame, book: Codebook, home: Home) -> pl.DataFrame | None:
    """row_number and key of rows with a unique field; None where the delivery has none."""
    name = frame.of(book.unique or "uuid")
    if name is None:
        return None
    secret = key_of(home)
    rows = frame.data.filter(pl.col(name).str.strip_chars() != "")
    keys = [pseudonym(secret, text) for text in rows[name]]
    return pl.DataFrame(
        {"row_number": rows["row_number"], "key": keys}, schema={"row_number": pl.Int64, "key": pl.String}
    )


def place_rows(frame: TextFrame, book: Codebook, place: str, informant: str | None) -> list[int]:
    """Rows whose finest delivered place code (and informant's number) is this."""
    codes = place_code(frame, book)
    if codes is None:
        return []
    wanted = codes == place
    number = frame.of(INFORMANT)
    if informant is not None:
        wanted = wanted & (count_text(number) == informant if number else pl.lit(False))
    return frame.data.filter(wanted)["row_number"].to_list()


def place_code(frame: TextFrame, book: Codebook) -> pl.Expr | None:
    """The finest place code that a row delivers; None where the delivery carries none."""
    levels = sorted(book.places.levels, key=lambda level: level.level, reverse=True)
    names = [name for x in levels if x.code_field and (name := frame.of(x.code_field))]
    texts = [pl.col(name).str.strip_chars() for name in names]
    return pl.coalesce(*(pl.when(t != "").then(t) for t in texts)) if texts else None


def find_column(name: str, match: SheetMatch) -> list[MappedColumn]:
    """The mapped columns with this label, or else of this field; identifiers too, so that they can be refused."""
    folded = fold_label(name)
    return [c for c in match.columns if fold_label(c.label) == folded] or [
        c for c in match.columns if c.column.field == name
    ]
