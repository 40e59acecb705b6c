"""The canonical tables of one recognised delivery.

Putting the steps together belongs here; what each step does is in its own module. A large sheet comes in pieces (`mains.py`,
`repeats.py`), and what is made of a piece is handed on before the next one is looked at.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.recognise import Recognised
from warehouse.corrections.ledger import DeliveryLedger
from warehouse.deliveries.vault import Delivery
from warehouse.gazetteer.positions import positions
from warehouse.normalize.again import finish
from warehouse.normalize.columns import column_map, note_columns, note_hidden, note_reading
from warehouse.normalize.conservation import Kept, Law
from warehouse.normalize.controls import check_controls
from warehouse.normalize.doubts import note_respondents
from warehouse.normalize.findings import Findings
from warehouse.normalize.found_places import FoundPlaces
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.furniture import NO_PEOPLE
from warehouse.normalize.interview_fields import interview_fields
from warehouse.normalize.interviews import Interviews
from warehouse.normalize.mains import MainSheet, main_sheets
from warehouse.normalize.noticed import date_column, moment_column, note_sheets
from warehouse.normalize.output import Output
from warehouse.normalize.people import key_of
from warehouse.normalize.personal_columns import note_personal
from warehouse.normalize.place_table import place_table
from warehouse.normalize.places import place_rows, resolver_of
from warehouse.normalize.population import note_counts, population
from warehouse.normalize.reasons import reasons
from warehouse.normalize.repeats import Repeat, keyed, repeats
from warehouse.normalize.respondents import respondents
from warehouse.normalize.rows import people
from warehouse.normalize.schema import ASSESSMENT, REJECTED
from warehouse.normalize.shares import shares
from warehouse.normalize.survey import Survey
from warehouse.normalize.values import count_value
from warehouse.normalize.visits import note_visits
from warehouse.operations import Operation
from warehouse.settings import Home


def canonical_tables(
    found: Recognised, delivery: Delivery, operation: Operation, home: Home
) -> dict[str, pl.DataFrame]:
    """Every table of `schema.TABLES`, perhaps empty, in memory."""
    out = Output()
    make_tables(found, delivery, operation, home, out)
    return out.tables()


def make_tables(found: Recognised, delivery: Delivery, operation: Operation, home: Home, out: Output) -> None:
    """Every table of `schema.TABLES` into `out`."""
    ledger = DeliveryLedger(found, delivery, operation, home)
    found, findings = ledger.found, Findings(found.round_key, delivery.file_name)
    note_columns(found.matches, findings)
    note_hidden(found.matches, findings)
    note_reading(found.matches, findings)
    note_sheets(found, findings)
    note_personal(found, findings)
    made = _Making(found, operation, home, findings, out)
    resolver = resolver_of(operation, found.codebook, found.round_number, home)
    for match in found.mains:
        for main in main_sheets(match, found, resolver, ledger, findings):
            made.main(main)
            del main  # before the next piece is made
    for repeat in repeats(found.repeats, made.all_parents(), found.codebook, findings, whole=ledger.by_rows):
        made.rows(repeat)
        del repeat
    made.note_rejected()
    out.add("place", place_table(found.round_key, pl.concat(made.codes), made.places))
    out.add("conservation", made.law.table())
    out.add("column_map", column_map(found.round_key, found.matches))
    check_controls(found, operation, _controlled(out, several=bool(found.others)), findings)
    ledger.settle(out, findings)
    out.add("finding", findings.frame())


def _controlled(out: Output, *, several: bool) -> dict[str, pl.DataFrame]:
    """What the controls look at: of the population the totals, where units or several main sheets are compared."""
    totals = out.lazy("population").filter((pl.col("dimension") == "total") & (pl.col("value") > 0))
    asked = ["population_category", "row_id", "unit", "value", "dimension", *(["place_code"] if several else [])]
    is_compared = several or totals.select(pl.col("unit").n_unique()).collect(engine="streaming").item() > 1
    assessment = out.lazy("assessment").select("row_id", "sheet", "row_number")
    return {
        "population": (totals if is_compared else totals.clear()).select(asked).collect(),
        "rejected": out.lazy("rejected").select("sheet", "reason_code").collect(),
        "assessment": (assessment if several else assessment.clear()).collect(),
        "place": out.frame("place"), "conservation": out.frame("conservation"),
    }  # fmt: skip


class _Making:
    """The tables of a delivery while its sheets come in, and what is kept of the sheets for those that follow."""

    def __init__(self, found: Recognised, operation: Operation, home: Home, findings: Findings, out: Output) -> None:
        """Nothing is made yet."""
        self.found, self.operation, self.home, self.out = found, operation, home, out
        self.findings, self.book = findings, found.codebook
        self.law = Law(found.round_key, found.codebook)
        self.parents: dict[str, list[pl.DataFrame]] = {}
        self.codes: list[pl.Series] = []  # of the places that accepted rows name
        self.places: list[FoundPlaces] = []  # of each main sheet
        self.rejected: dict[str, list[pl.DataFrame]] = {}  # by sheet, without their cells
        self.interviews: Interviews | None = None

    def main(self, main: MainSheet) -> None:
        """A main sheet or a piece of one."""
        number, findings, found = self.found.round_number, main.findings, self.found
        note_visits(main.frame, main.accepted, self.book, self.operation, number, findings)
        if found.repeats:
            keys = keyed(main.frame, main.accepted)
            self.parents.setdefault(main.frame.match.sheet.name, []).append(keys)
        for name, table in _answers(found, main, findings).items():
            self.out.add(name, table)
        self.rows(main)
        self.out.add("share", shares(main.frame, main.accepted, self.book, findings))
        self.out.add("assessment", _assessment(main, found, findings))
        if self.book.row_grain != "site":
            self.interviews = self.interviews or _interviews(main, found, self.operation, self.home)
            self.out.add("interview", self.interviews.table(main.frame, main.places, main.rejected, main.accepted))
        self.codes.append(main.accepted["place_code"].unique())
        if not self.places or self.places[-1] is not main.places.found:  # pieces share those of their sheet
            self.places.append(main.places.found)
        finish(main.frame, findings)

    def all_parents(self) -> dict[str, pl.DataFrame]:
        """Keyed rows of each main sheet, by its name; they are let go of here."""
        parents, self.parents = self.parents, {}
        return {name: pl.concat(parts) for name, parts in parents.items()}

    def rows(self, x: MainSheet | Repeat) -> None:
        """Counts and rejected rows of a sheet or a piece of one."""
        is_main = isinstance(x, MainSheet)
        drifted = x.drifted if isinstance(x, MainSheet) else {}
        counted = population(x.counts, x.accepted, self.found.round_key)
        self.out.add("population", counted)
        note_counts(x.frame, x.counts, x.accepted, x.findings)
        rejected = _rejected(x.whole, x.rejected, self.findings, drifted)
        self.out.add("rejected", rejected)
        self.rejected.setdefault(x.whole.match.raw.name, []).append(rejected.drop("cells"))
        gone = [] if isinstance(x, MainSheet) else x.gone["row_number"].to_list()
        kept = Kept(x.whole, x.counts, x.accepted.height, x.rejected, gone, is_repeat=not is_main, drifted=drifted)
        self.law.add(kept, counted)

    def note_rejected(self) -> None:
        """A finding for each rejected row that waits for a decision, one for each rule otherwise."""
        for parts in self.rejected.values():
            for (code,), part in pl.concat(parts).group_by("reason_code", maintain_order=True):
                _note_rejected(str(code), part, self.findings)


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


def _interviews(main: MainSheet, found: Recognised, operation: Operation, home: Home) -> Interviews:
    """What interviews are read with; the gazetteer is asked for coordinates only where interviews have any."""
    fields = [f for c in ("latitude", "position") for f in interview_fields().fields.get(c, [])]  # type: ignore[call-overload]
    located = any(match.find(field) for match in found.mains for field in fields)
    known = positions(place_rows(operation, found.codebook, found.round_number, home)) if located else {}
    return Interviews(found.round_key, found.codebook, key_of(home), known)


def _rejected(
    frame: TextFrame, rejected: pl.DataFrame, findings: Findings, drifted: dict[int, int | None]
) -> pl.DataFrame:
    """Rejected rows, kept whole."""
    numbers = rejected["row_number"].to_list()
    cells, counted, sheet = frame.cells(numbers), people(frame, numbers) | drifted, frame.match.raw.name
    rows = [
        (
            findings.round_key, findings.file_name, sheet, number, code, label, reasons()[code].what,
            None if code in NO_PEOPLE else counted[number], cells[number],
        )
        for number, code, label in rejected.iter_rows()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=REJECTED, orient="row")


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
        (count_value(informants, frame.style(informants)) if informants else pl.lit(None, pl.Int64))
        .fill_null(pl.lit(informants_of_a_row, pl.Int64))
        .alias("informant_count"),
        date_column(frame, data, "interview_date", findings),
        moment_column(frame, data, "submitted_at", findings),
        (pl.col(version) if version else nothing).alias("form_version"),
    ).cast(ASSESSMENT)  # type: ignore[arg-type]
