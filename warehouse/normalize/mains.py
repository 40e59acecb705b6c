"""The main sheets of a delivery, judged: which rows are no data, where each row is, which are rejected and which accepted.

A sheet that is small is judged at once; a large one piece by piece, after a first look at all of it for what no piece can
tell alone (rows that repeat others, places that contradict each other, totals of rows above). Canonical tables are made of
what comes out, in `canonical.py`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.recognise import Recognised
from warehouse.corrections.ledger import DeliveryLedger
from warehouse.gazetteer.resolve import Resolver
from warehouse.normalize.drift.find import find_drift
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame, text_frame
from warehouse.normalize.furniture import furniture, place_columns, without
from warehouse.normalize.large import Judged, first_look
from warehouse.normalize.people import key_of, pseudonym
from warehouse.normalize.pieces import pieces_of
from warehouse.normalize.place_codes import note_more_codes, note_odd_codes
from warehouse.normalize.place_fill import between, unnamed_levels
from warehouse.normalize.place_findings import note_places
from warehouse.normalize.places import Filled, RowPlaces, named_places, resolve_places
from warehouse.normalize.population import counts
from warehouse.normalize.prepare import blanked, prepare
from warehouse.normalize.rounds import foreign_rounds
from warehouse.normalize.rows import judge
from warehouse.settings import Home


@dataclass(frozen=True)
class MainSheet:
    """One main sheet, or a piece of it, on its way: `whole` with all rows, `frame` without those that are no data."""

    whole: TextFrame
    frame: TextFrame
    places: RowPlaces
    counts: pl.DataFrame
    rejected: pl.DataFrame  # row_number, reason_code, column_label
    accepted: pl.DataFrame  # row_number, row_id, place_code, place_level
    drifted: dict[int, int | None]  # people of rows that stand in another layout
    findings: Findings  # where what is noticed of these rows goes


def main_sheets(
    match: SheetMatch, found: Recognised, resolver: Resolver, ledger: DeliveryLedger, findings: Findings
) -> Iterator[MainSheet]:
    """A main sheet, or its pieces from top to bottom; their findings become the delivery's at the end."""
    filled = filled_by(match, found)
    pieces: Sequence[SheetMatch] = [match] if ledger.by_rows else pieces_of(match)
    if len(pieces) == 1:
        yield _main(match, found, resolver, ledger, findings, filled)
        return
    known = first_look(match, pieces, found, resolver, findings, filled)
    scratch = findings.scratch()
    for piece in pieces:
        gc.collect()  # nothing else does while a delivery is normalized (`without_collection`): what the last piece left goes
        yield _piece(piece, known, found, ledger, scratch)
    findings.take_over(scratch)


def filled_by(match: SheetMatch, found: Recognised) -> Filled | None:
    """For a sheet that lacks levels in between: these, and the places of the sheets that have them all."""
    gone, book = between(match, found.codebook), found.codebook
    if not gone:
        return None
    whole = [text_frame(m) for m in found.mains if not gone & unnamed_levels(m, book.places.levels)]
    return gone, [place for frame in whole for place in named_places(frame, book)]


def _main(
    match: SheetMatch, found: Recognised, resolver: Resolver, ledger: DeliveryLedger, findings: Findings,
    filled: Filled | None = None,
) -> MainSheet:  # fmt: skip
    book, whole = found.codebook, prepare(match, found.codebook, findings)
    _note_blank(whole, findings)
    aside = furniture(whole, book, findings, found.round_number)
    frame = without(whole, aside["row_number"].to_list())
    places = resolve_places(blanked(frame, book, place_columns(frame, book)), resolver, filled)
    note_places(frame, book, places, findings)
    note_more_codes(frame, book, places, findings)
    note_odd_codes(frame, book, places, findings)
    return _judged(whole, frame, aside, places, found, ledger, findings)


def _piece(
    piece: SheetMatch, known: Judged, found: Recognised, ledger: DeliveryLedger, findings: Findings
) -> MainSheet:
    whole = prepare(piece, found.codebook, findings)
    _note_blank(whole, findings)
    aside = known.aside_of(whole)
    frame = without(whole, aside["row_number"].to_list())
    return _judged(whole, frame, aside, known.places_of(frame), found, ledger, findings, known)


def _judged(
    whole: TextFrame, frame: TextFrame, aside: pl.DataFrame, places: RowPlaces, found: Recognised, ledger: DeliveryLedger,
    findings: Findings, known: Judged | None = None,
) -> MainSheet:  # fmt: skip
    book, match = found.codebook, whole.match
    found_counts = counts(whole, book, findings)
    habits = known.drift(book) if known else None
    drift = find_drift(frame, book, found.round_number, ledger.left(match.raw.name), habits)
    drift.tell(findings)
    told = known.told if known else None
    strange = pl.concat([drift.rows, foreign_rounds(frame, book, found.round_number, findings, told)])
    repeated = known.repeated if known else None
    rejected = ledger.decide(judge(frame, book, places, found_counts, strange, repeated), frame, places)
    accepted = _accepted(frame, places, rejected, ledger.home, match.sheet.name if found.others else "")
    return MainSheet(
        whole, frame, places, found_counts, pl.concat([aside, rejected]).sort("row_number"), accepted, drift.people,
        findings,
    )  # fmt: skip


def _note_blank(whole: TextFrame, findings: Findings) -> None:
    if whole.blank_rows:
        findings.add(
            "blank_rows", "note", "rows without any content were left out", sheet=whole.match.raw.name,
            rows=whole.blank_rows,
        )  # fmt: skip


def _accepted(frame: TextFrame, places: RowPlaces, rejected: pl.DataFrame, home: Home, prefix: str) -> pl.DataFrame:
    """row_number, row_id, place_code, place_level of accepted rows. The row's id is a keyed hash of its uuid.

    `prefix` tells rows of several main sheets apart.
    """
    uuid = frame.of("uuid")
    rows = frame.data.select("row_number", *([uuid] if uuid else []))
    rows = rows.join(rejected, on="row_number", how="anti", maintain_order="left")
    if uuid is None:
        identity = pl.lit(f"{prefix}-" if prefix else "") + pl.col("row_number").cast(pl.String).str.zfill(7)
    else:
        key = key_of(home)
        own = pl.when(pl.col(uuid) == "").then(pl.col("row_number").cast(pl.String)).otherwise(pl.col(uuid))
        identity = own.map_elements(lambda text: pseudonym(key, prefix + text), return_dtype=pl.String)
    return rows.select("row_number", identity.alias("row_id")).join(
        places.rows.select("row_number", "place_code", "place_level"), on="row_number", maintain_order="left"
    )
