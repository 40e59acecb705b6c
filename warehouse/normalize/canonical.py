"""The canonical tables of one recognised delivery.

Putting the steps together belongs here; what each step does is in its own module.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.recognise import Recognised
from warehouse.corrections.ledger import DeliveryLedger
from warehouse.deliveries.vault import Delivery
from warehouse.gazetteer.positions import positions
from warehouse.gazetteer.resolve import Resolver
from warehouse.normalize.columns import column_map, note_columns, note_hidden, note_reading
from warehouse.normalize.conservation import Kept, conservation
from warehouse.normalize.controls import check_controls
from warehouse.normalize.doubts import note_respondents
from warehouse.normalize.drift.find import find_drift
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame, text_frame
from warehouse.normalize.furniture import NO_PEOPLE, furniture, place_columns, without
from warehouse.normalize.interview_fields import columns_of
from warehouse.normalize.interviews import Interviews
from warehouse.normalize.noticed import date_column, moment_column, note_sheets
from warehouse.normalize.people import key_of, pseudonym
from warehouse.normalize.personal_columns import note_personal
from warehouse.normalize.place_codes import note_more_codes, note_odd_codes
from warehouse.normalize.place_fill import between, unnamed_levels
from warehouse.normalize.place_findings import note_places
from warehouse.normalize.places import (
    Filled,
    RowPlaces,
    named_places,
    place_rows,
    place_table,
    resolve_places,
    resolver_of,
)
from warehouse.normalize.population import counts, note_counts, population
from warehouse.normalize.prepare import blanked, prepare
from warehouse.normalize.reasons import reasons
from warehouse.normalize.repeats import Repeat, keyed, repeats
from warehouse.normalize.respondents import respondents
from warehouse.normalize.rounds import foreign_rounds
from warehouse.normalize.rows import judge, people
from warehouse.normalize.schema import ASSESSMENT, REJECTED, TABLES, empty
from warehouse.normalize.shares import shares
from warehouse.normalize.survey import Survey
from warehouse.normalize.values import count_value
from warehouse.normalize.visits import note_visits
from warehouse.operations import Operation
from warehouse.settings import Home


@dataclass(frozen=True)
class MainSheet:
    """One main sheet on its way: `whole` with all rows, `frame` without those that are no data."""

    whole: TextFrame
    frame: TextFrame
    places: RowPlaces
    counts: pl.DataFrame
    rejected: pl.DataFrame  # row_number, reason_code, column_label
    accepted: pl.DataFrame  # row_number, row_id, place_code, place_level
    drifted: dict[int, int | None]  # people of rows that stand in another layout


def canonical_tables(
    found: Recognised, delivery: Delivery, operation: Operation, home: Home
) -> dict[str, pl.DataFrame]:
    """Every table of `schema.TABLES`, perhaps empty."""
    ledger = DeliveryLedger(found, delivery, operation, home)
    found = ledger.found
    book, findings = found.codebook, Findings(found.round_key, delivery.file_name)
    note_columns(found.matches, findings)
    note_hidden(found.matches, findings)
    note_reading(found.matches, findings)
    note_sheets(found, findings)
    note_personal(found, findings)
    resolver = resolver_of(operation, book, found.round_number, home)
    mains = [_main(match, found, resolver, ledger, findings, filled_by(match, found)) for match in found.mains]
    for main in mains:
        note_visits(main.frame, main.accepted, book, operation, found.round_number, findings)
    parents = {main.frame.match.sheet.name: keyed(main.frame, main.accepted) for main in mains}
    children = repeats(found.repeats, parents, book, findings)
    tables = {name: empty(name) for name in TABLES}
    parts = [_answers(found, main, findings) for main in mains]
    tables |= {name: pl.concat([part[name] for part in parts if name in part]) for name in parts[0]}
    rows: list[MainSheet | Repeat] = [*mains, *children]
    tables["population"] = pl.concat([population(x.counts, x.accepted, found.round_key) for x in rows])
    tables["share"] = pl.concat([shares(main.frame, main.accepted, book, findings) for main in mains])
    for row in rows:
        note_counts(row.frame, row.counts, row.accepted, findings)
    drifted = [x.drifted if isinstance(x, MainSheet) else {} for x in rows]
    tables["rejected"] = pl.concat(
        [_rejected(x.whole, x.rejected, findings, d) for x, d in zip(rows, drifted, strict=True)]
    )
    tables["assessment"] = pl.concat([_assessment(main, found, findings) for main in mains])
    codes = {code for main in mains for code in main.accepted["place_code"]}
    chains = {code: chain for main in mains for code, chain in main.places.chains.items()}
    if book.row_grain != "site":
        tables["interview"] = _interviews(mains, found, operation, home)
    tables["place"] = place_table(found.round_key, codes, chains)
    kept = [Kept(m.whole, m.counts, m.accepted.height, m.rejected, [], drifted=m.drifted) for m in mains]
    kept += [
        Kept(c.whole, c.counts, c.accepted.height, c.rejected, c.gone["row_number"].to_list(), is_repeat=True)
        for c in children
    ]
    tables["conservation"] = conservation(found.round_key, book, kept, tables["population"])
    tables["column_map"] = column_map(found.round_key, found.matches)
    check_controls(found, operation, tables, findings)
    ledger.settle(tables, findings)
    return tables | {"finding": findings.frame()}


def filled_by(match: SheetMatch, found: Recognised) -> Filled | None:
    """For a sheet that lacks levels in between: these, and the places of the sheets that have them all."""
    gone, book = between(match, found.codebook), found.codebook
    if not gone:
        return None
    whole = [text_frame(m) for m in found.mains if not gone & unnamed_levels(m, book.places.levels)]
    return gone, [place for frame in whole for place in named_places(frame, book)]


def _main(
    match: SheetMatch,
    found: Recognised,
    resolver: Resolver,
    ledger: DeliveryLedger,
    findings: Findings,
    filled: Filled | None = None,
) -> MainSheet:
    book, whole = found.codebook, prepare(match, found.codebook, findings)
    if whole.blank_rows:
        findings.add(
            "blank_rows", "note", "rows without any content were left out", sheet=match.raw.name, rows=whole.blank_rows
        )
    aside = furniture(whole, book, findings, found.round_number)
    frame = without(whole, aside["row_number"].to_list())
    places = resolve_places(blanked(frame, book, place_columns(frame, book)), resolver, filled)
    note_places(frame, book, places, findings)
    note_more_codes(frame, book, places, findings)
    note_odd_codes(frame, book, places, findings)
    found_counts = counts(whole, book, findings)
    drift = find_drift(frame, book, found.round_number, ledger.left(match.raw.name))
    drift.tell(findings)
    strange = pl.concat([drift.rows, foreign_rounds(frame, book, found.round_number, findings)])
    rejected = ledger.decide(judge(frame, book, places, found_counts, strange), frame, places)
    accepted = _accepted(frame, places, rejected, ledger.home, match.sheet.name if found.others else "")
    return MainSheet(
        whole, frame, places, found_counts, pl.concat([aside, rejected]).sort("row_number"), accepted, drift.people
    )


def _accepted(frame: TextFrame, places: RowPlaces, rejected: pl.DataFrame, home: Home, prefix: str) -> pl.DataFrame:
    """row_number, row_id, place_code, place_level of accepted rows. The row's id is a keyed hash of its uuid.

    `prefix` tells rows of several main sheets apart.
    """
    rows = frame.data.join(rejected, on="row_number", how="anti", maintain_order="left")
    uuid = frame.of("uuid")
    if uuid is None:
        identity = pl.lit(f"{prefix}-" if prefix else "") + pl.col("row_number").cast(pl.String).str.zfill(7)
    else:
        key = key_of(home)
        own = pl.when(pl.col(uuid) == "").then(pl.col("row_number").cast(pl.String)).otherwise(pl.col(uuid))
        identity = own.map_elements(lambda text: pseudonym(key, prefix + text), return_dtype=pl.String)
    return rows.select("row_number", identity.alias("row_id")).join(
        places.rows.select("row_number", "place_code", "place_level"), on="row_number", maintain_order="left"
    )


def _answers(found: Recognised, main: MainSheet, findings: Findings) -> dict[str, pl.DataFrame]:
    """The coded answers of a main sheet; in surveys with the respondents."""
    data = main.frame.data.join(main.accepted, on="row_number", maintain_order="left")
    data = data.with_columns(pl.col("row_id").alias("response_key"))
    survey = Survey(main.frame, data, found.codebook, found.round_number, findings)
    answers = survey.answers()
    if found.codebook.row_grain == "respondent":
        note_respondents(found, main.frame, main.accepted, findings)
        return respondents(main.frame, data, survey, answers)
    return {"answer": answers}


def _interviews(mains: list[MainSheet], found: Recognised, operation: Operation, home: Home) -> pl.DataFrame:
    """How the interviews were made; the gazetteer is asked for coordinates only where interviews have any."""
    located = any(columns_of(m.frame, "latitude") or columns_of(m.frame, "position") for m in mains)
    known = positions(place_rows(operation, found.codebook, found.round_number, home)) if located else {}
    made = Interviews(found.round_key, found.codebook, key_of(home), known)
    return pl.concat([made.table(m.frame, m.places, m.rejected, m.accepted) for m in mains])


def _rejected(
    frame: TextFrame, rejected: pl.DataFrame, findings: Findings, drifted: dict[int, int | None]
) -> pl.DataFrame:
    """Rejected rows, kept whole; a finding for each that waits for a decision, one for each rule otherwise."""
    numbers = rejected["row_number"].to_list()
    cells, counted, sheet = frame.cells(numbers), people(frame, numbers) | drifted, frame.match.raw.name
    rows = [
        (
            findings.round_key, findings.file_name, sheet, number, code, label, reasons()[code].what,
            None if code in NO_PEOPLE else counted[number], cells[number],
        )
        for number, code, label in rejected.iter_rows()
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema=REJECTED, orient="row")
    for (code,), part in table.group_by("reason_code", maintain_order=True):
        _note_rejected(str(code), part, findings)
    return table


def _note_rejected(code: str, part: pl.DataFrame, findings: Findings) -> None:
    reason = reasons()[code]
    shown = part.head(1) if reason.by_rule else part.head(200)
    for row in shown.iter_rows(named=True):
        summed = reason.by_rule
        findings.add(
            code, "note" if summed else "block", reason.what, expected=reason.expected,
            todo=reason.todo.replace("ROUND", findings.round_key),
            sheet=row["sheet"], row_number=row["row_number"], column_label=row["column_label"],
            rows=part.height if summed else 1, people=int(part["people"].sum()) if summed else row["people"],
        )  # fmt: skip


def _assessment(main: MainSheet, found: Recognised, findings: Findings) -> pl.DataFrame:
    """One row per accepted row. A row of a key informant is one informant; of a site or a respondent it tells of none."""
    frame = main.frame
    informants_of_a_row = 1 if found.codebook.row_grain == "informant" else None
    data = frame.data.join(main.accepted, on="row_number", maintain_order="left")
    informants, version = frame.of("informant_count"), frame.of("form_version")
    nothing = pl.lit(None, pl.String)
    return data.select(
        pl.lit(found.round_key).alias("round_key"),
        "row_id",
        pl.lit(frame.match.raw.name).alias("sheet"),
        "row_number",
        "place_code",
        "place_level",
        (count_value(informants) if informants else pl.lit(None, pl.Int64))
        .fill_null(pl.lit(informants_of_a_row, pl.Int64))
        .alias("informant_count"),
        date_column(frame, data, "interview_date", findings),
        moment_column(frame, data, "submitted_at", findings),
        (pl.col(version) if version else nothing).alias("form_version"),
    ).cast(ASSESSMENT)  # type: ignore[arg-type]
