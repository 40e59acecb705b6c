"""The nine canonical tables of one recognised delivery.

Putting the steps together belongs here; what each step does is in its own module.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.recognise import Recognised
from warehouse.corrections.ledger import DeliveryLedger
from warehouse.deliveries.vault import Delivery
from warehouse.gazetteer.resolve import Resolver
from warehouse.normalize.columns import column_map, note_columns, note_hidden, note_reading
from warehouse.normalize.conservation import conservation
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame, text_frame
from warehouse.normalize.people import key_of, pseudonym
from warehouse.normalize.places import RowPlaces, place_table, resolve_places
from warehouse.normalize.population import repeat_counts, wide_counts
from warehouse.normalize.reasons import reasons
from warehouse.normalize.respondents import respondents
from warehouse.normalize.rows import judge, people
from warehouse.normalize.schema import ASSESSMENT, POPULATION, REJECTED, empty
from warehouse.normalize.survey import Survey
from warehouse.normalize.values import count_text, count_value, date_value, time_value
from warehouse.operations import Operation
from warehouse.settings import Home


def canonical_tables(
    found: Recognised, delivery: Delivery, operation: Operation, home: Home
) -> dict[str, pl.DataFrame]:
    """Every table of `schema.TABLES`, perhaps empty."""
    ledger = DeliveryLedger(found, delivery, operation, home)
    found = ledger.found
    book, frame = found.codebook, text_frame(found.main)
    findings = Findings(found.round_key, delivery.file_name)
    matches = [found.main, *found.repeats]
    note_columns(matches, findings)
    note_hidden(matches, findings)
    note_reading(matches, findings)
    if frame.blank_rows:
        findings.add(
            "blank_rows",
            "note",
            "rows without any content were left out",
            sheet=found.main.raw.name,
            rows=frame.blank_rows,
        )
    places = resolve_places(frame, Resolver(operation, book.places))
    rejected = ledger.decide(judge(frame, book, places), frame, places)
    accepted = _accepted(frame, places, rejected, home)
    tables = {name: empty(name) for name in ("response", "answer", "population")}
    if book.row_grain == "respondent":
        tables |= _survey(found, frame, accepted, findings)
    else:
        tables["population"] = _population(found, frame, accepted, rejected, findings)
    tables["rejected"] = _rejected(frame, rejected, findings)
    tables["assessment"] = _assessment(frame, accepted, found.round_key)
    tables["place"] = place_table(found.round_key, set(accepted["place_code"]), places.chains)
    tables["conservation"] = conservation(
        found.round_key, frame, accepted.height, tables["population"], rejected["row_number"].to_list()
    )
    tables["column_map"] = column_map(found.round_key, matches)
    ledger.settle(tables, findings)
    return tables | {"finding": findings.frame()}


def _accepted(frame: TextFrame, places: RowPlaces, rejected: pl.DataFrame, home: Home) -> pl.DataFrame:
    """row_number, row_id, place_code, place_level of accepted rows. The row's id is a keyed hash of its uuid."""
    rows = frame.data.join(rejected, on="row_number", how="anti", maintain_order="left")
    uuid = frame.of("uuid")
    if uuid is None:
        identity = pl.col("row_number").cast(pl.String).str.zfill(7)
    else:
        key = key_of(home)
        own = pl.when(pl.col(uuid) == "").then(pl.col("row_number").cast(pl.String)).otherwise(pl.col(uuid))
        identity = own.map_elements(lambda text: pseudonym(key, text), return_dtype=pl.String)
    return rows.select("row_number", identity.alias("row_id")).join(
        places.rows.select("row_number", "place_code", "place_level"), on="row_number", maintain_order="left"
    )


def _population(
    found: Recognised, frame: TextFrame, accepted: pl.DataFrame, rejected: pl.DataFrame, findings: Findings
) -> pl.DataFrame:
    parts = [wide_counts(frame, accepted, found.codebook, findings)]
    key = frame.of(found.main.sheet.row_key or "")
    if key:
        keyed = frame.data.select("row_number", count_text(key).alias("parent_key"))
        parents = keyed.join(accepted, on="row_number").drop("row_number")
        gone = set(keyed.join(rejected, on="row_number")["parent_key"])
        parts += [repeat_counts(match, parents, gone, found.codebook, findings) for match in found.repeats]
    whole = pl.concat(parts).cast(POPULATION)  # type: ignore[arg-type]
    return whole.filter(pl.col("row_id").is_not_null())


def _survey(found: Recognised, frame: TextFrame, accepted: pl.DataFrame, findings: Findings) -> dict[str, pl.DataFrame]:
    data = frame.data.join(accepted, on="row_number", maintain_order="left").with_columns(
        pl.col("row_id").alias("response_key")
    )
    survey = Survey(frame, data, found.codebook, found.round_number, findings)
    answers = survey.answers()
    return respondents(frame, data, survey, answers)


def _rejected(frame: TextFrame, rejected: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Rejected rows, kept whole; a finding for each that waits for a decision, one for each rule otherwise."""
    numbers = rejected["row_number"].to_list()
    cells, counts, sheet = frame.cells(numbers), people(frame, numbers), frame.match.raw.name
    rows = []
    for number, code, label in rejected.iter_rows():
        reason = reasons()[code]
        rows.append(
            (
                findings.round_key,
                findings.file_name,
                sheet,
                number,
                code,
                label,
                reason.what,
                counts[number],
                cells[number],
            )
        )
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
            code, "note" if summed else "block", reason.what, expected=reason.expected, todo=reason.todo,
            sheet=row["sheet"], row_number=row["row_number"], column_label=row["column_label"],
            rows=part.height if summed else 1, people=int(part["people"].sum()) if summed else row["people"],
        )  # fmt: skip


def _assessment(frame: TextFrame, accepted: pl.DataFrame, round_key: str) -> pl.DataFrame:
    def text(field: str) -> pl.Expr:
        name = frame.of(field)
        return pl.col(name) if name else pl.lit(None, pl.String)

    def parsed(field: str, kind: pl.Expr | None, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
        return kind if frame.of(field) and kind is not None else pl.lit(None, dtype)

    date, moment, informants = frame.of("interview_date"), frame.of("submitted_at"), frame.of("informant_count")
    data = frame.data.join(accepted, on="row_number", maintain_order="left").select(
        pl.lit(round_key).alias("round_key"),
        "row_id",
        pl.lit(frame.match.raw.name).alias("sheet"),
        "row_number",
        "place_code",
        "place_level",
        parsed("informant_count", count_value(informants) if informants else None, pl.Int64)
        .fill_null(1)
        .alias("informant_count"),
        parsed("interview_date", date_value(date) if date else None, pl.Date).alias("interview_date"),
        parsed("submitted_at", time_value(moment) if moment else None, pl.Datetime("us")).alias("submitted_at"),
        text("form_version").alias("form_version"),
    )
    return data.cast(ASSESSMENT)  # type: ignore[arg-type]
