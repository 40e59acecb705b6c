"""A first look at all of a large sheet, for what a piece of it can't tell alone.

Rows that are no data, rows that repeat others, places, the round that the rows tell and the habits of columns belong here, with
as few columns in memory as each takes; judging the rows piece by piece does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.model import Codebook
from warehouse.codebooks.recognise import Recognised
from warehouse.codebooks.round_column import told_rounds
from warehouse.gazetteer.resolve import Resolver
from warehouse.normalize import pieces as cut
from warehouse.normalize.drift.find import Trained, train
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame, text_frame
from warehouse.normalize.furniture import key_columns, of_whole_sheet, own_rows, place_columns, without
from warehouse.normalize.pieces import rows_of
from warehouse.normalize.place_codes import note_more_codes, note_odd_codes
from warehouse.normalize.place_findings import note_places
from warehouse.normalize.places import Filled, RowPlaces, resolve_places
from warehouse.normalize.prepare import blanked, counted, narrow, prepare, total_columns
from warehouse.normalize.rows import VERDICT, contents_of, repeated_among
from warehouse.normalize.values import is_missing

Told = dict[str, int | None]  # field of a rule to the round that nearly all rows tell


@dataclass(frozen=True)
class Judged:
    """What is known of a large sheet before its pieces are judged."""

    match: SheetMatch
    aside: pl.DataFrame  # rows that are no data: row_number, reason_code, column_label
    places: RowPlaces
    repeated: pl.DataFrame  # rows that repeat others, likewise
    told: Told
    _trained: list[Trained] = field(default_factory=list)

    def aside_of(self, whole: TextFrame) -> pl.DataFrame:
        """The rows of a piece that are no data."""
        return _between(self.aside, whole)

    def places_of(self, frame: TextFrame) -> RowPlaces:
        """The places of a piece's rows."""
        return replace(self.places, rows=_between(self.places.rows, frame))

    def drift(self, book: Codebook) -> Trained:
        """What the columns hold, learned from rows of all parts of the sheet."""
        if not self._trained:
            out = self.aside["row_number"].to_list()
            self._trained.append(train(self.match, book, set(out)))
        return self._trained[0]


def _between(rows: pl.DataFrame, frame: TextFrame) -> pl.DataFrame:
    first, last = frame.match.shift + frame.match.first_row + 1, frame.match.shift + frame.match.raw.height
    near = rows.filter(pl.col("row_number").is_between(first, last))
    # rows without any content are no rows of the frame
    return near.join(frame.data.select("row_number"), on="row_number", how="semi", maintain_order="left")


def first_look(
    match: SheetMatch, pieces: Sequence[SheetMatch], found: Recognised, resolver: Resolver, findings: Findings,
    filled: Filled | None,
) -> Judged:  # fmt: skip
    """Look at all rows; findings about places and totals are told here, once."""
    book = found.codebook
    aside = aside_rows(match, pieces, book, found.round_number, findings)
    numbers = aside["row_number"].to_list()
    fields = {f for x in book.places.levels for f in (x.name_field, x.code_field, *x.more_codes) if f}
    frame = without(narrow(match, book, fields, total_columns), numbers)
    places = resolve_places(blanked(frame, book, place_columns(frame, book)), resolver, filled)
    note_places(frame, book, places, findings)
    note_more_codes(frame, book, places, findings)
    note_odd_codes(frame, book, places, findings)
    resolver.forget()
    slim = replace(places, rows=places.rows.sort("row_number"))
    told: Told = {}
    for rule in book.round_number:
        if rule.field and not rule.select and (rows := told_rounds(rule, match, book)):
            told[rule.field] = rows.clear
    return Judged(match, aside, slim, _repeated(match, book, numbers), told)


def aside_rows(
    match: SheetMatch, pieces: Sequence[SheetMatch], book: Codebook, number: int | None, findings: Findings
) -> pl.DataFrame:
    """The rows of all pieces that are no data: row_number, reason_code, column_label."""
    found: dict[int, str] = {}
    totals, second = False, False
    for piece in pieces:
        whole = prepare(piece, book, findings.scratch())
        own = (
            dict.fromkeys(whole.data["row_number"].to_list(), "second_table")
            if second
            else own_rows(whole, book, number)
        )
        second = second or "second_table" in own.values()
        body = without(whole, list(own))
        totals = totals or of_whole_sheet(body, book)
        found |= own | last_notes(body, piece)
    if totals:
        found |= _totals(match, book, list(found), findings)
    return pl.DataFrame([(n, code, "") for n, code in sorted(found.items())], schema=VERDICT, orient="row")


def last_notes(body: TextFrame, piece: SheetMatch) -> dict[int, str]:
    """Notes below the table: in the last piece only."""
    from warehouse.normalize.furniture import notes

    return dict.fromkeys(notes(body), "note_row") if piece.piece and piece.piece.is_last else {}


def _totals(match: SheetMatch, book: Codebook, gone: list[int], findings: Findings) -> dict[int, str]:
    """Rows of totals, which are compared with rows of the whole sheet."""
    from warehouse.normalize.levels import level_totals
    from warehouse.normalize.totals import judge_totals

    measure = match.sheet.measure
    fields = {f for x in book.places.levels for f in (x.name_field, x.code_field) if f}
    fields |= (
        {f for f in (measure.category_field, measure.item_field, measure.sex_field, measure.age_field) if f}
        if measure
        else set()
    )
    frame = without(narrow(match, book, fields, counted), gone)
    found = judge_totals(frame, place_columns(frame, book), key_columns(frame))
    return found | level_totals(without(frame, list(found)), book, key_columns(frame), findings)


def _repeated(match: SheetMatch, book: Codebook, gone: list[int]) -> pl.DataFrame:
    """Rows that repeat the unique field of an earlier row; only rows whose field stands twice are looked at whole."""
    field_of = match.find(book.unique) if book.unique else None
    if field_of is None or field_of.column.column_class == "identifier":
        return pl.DataFrame(schema=VERDICT)
    name = f"c{field_of.index}"
    keys = without(text_frame(match, {name}), gone).data.filter(~is_missing(name, book.missing))
    twice = keys.filter(pl.col(name).is_duplicated())["row_number"].to_list()
    at_once = max(1, cut.MOST_CELLS // max(1, match.raw.width))
    parts = []
    for i in range(0, len(twice), at_once):
        numbers = twice[i : i + at_once]
        some = prepare(rows_of(match, numbers), book, Findings("", ""))
        parts.append(contents_of(replace(some, data=some.data.with_columns(pl.Series("row_number", numbers))), name))
    return repeated_among(pl.concat(parts), name, field_of.label.strip()) if parts else pl.DataFrame(schema=VERDICT)
