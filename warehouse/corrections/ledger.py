"""The ledger at work on one delivery: cells overridden before anything is judged, rows and findings decided after.

What entries do to a normalization belongs here, in three steps that `normalize/canonical.py` calls: `found`, `decide`,
`settle`. Laws stand above decisions: a row with a total that can't be read or a place that is not known stays rejected.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.recognise import Recognised
from warehouse.corrections.cells import Held, hold, without_conflicts
from warehouse.corrections.delivered import keep_delivered
from warehouse.corrections.locate import find_rows, sheets_of
from warehouse.corrections.model import AcceptFinding, Correct, DecideRow, Entry
from warehouse.corrections.notes import note_corrections, note_decision
from warehouse.corrections.rules import rules
from warehouse.corrections.store import entries_for
from warehouse.deliveries.vault import Delivery
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame, text_frame
from warehouse.normalize.output import Output
from warehouse.normalize.places import RowPlaces
from warehouse.normalize.prepare import total_columns
from warehouse.normalize.rows import VERDICT
from warehouse.normalize.values import count_text, is_missing
from warehouse.operations import Operation
from warehouse.settings import Home

DECIDED = "rejected_by_decision"


class DeliveryLedger:
    """The entries that hold for one delivery, and what became of them. `found` carries the corrected cells."""

    def __init__(self, found: Recognised, delivery: Delivery, operation: Operation, home: Home) -> None:
        """Reads the ledgers and holds each correction against the delivered texts."""
        self.delivery, self.home, self.book = delivery, home, found.codebook
        self.entries: list[Entry] = entries_for(delivery, operation, home)
        self.frames: list[TextFrame] = []
        if any(isinstance(e, Correct | DecideRow) for e in self.entries):
            self.frames = [text_frame(replace(m, overrides=())) for m in sheets_of(found)]
        self.held = without_conflicts([self._hold(e) for e in self.entries if isinstance(e, Correct)])
        self.found = self._overridden(found)
        self.was_left: set[tuple[str, int]] = set()  # sheet and row number
        self.decided: list[tuple[DecideRow, str, tuple[int, ...]]] = []  # entry, state, rows
        self.accepted: list[AcceptFinding] = []

    @property
    def by_rows(self) -> bool:
        """Whether entries name rows or cells: such a delivery is judged at once, however large it is."""
        return bool(self.frames)

    def _hold(self, entry: Correct) -> Held:
        return hold(entry, self.frames, self.book, self.delivery.delivery_id, self.home)

    def _overridden(self, found: Recognised) -> Recognised:
        if not any(h.state == "applied" for h in self.held):
            return found
        several: dict[str, Any] = {
            f: [self._cells(m) for m in getattr(found, f)] for f in ("others", "repeats") if hasattr(found, f)
        }
        return replace(found, main=self._cells(found.main), **several)

    def _cells(self, match: SheetMatch) -> SheetMatch:
        mine = [h for h in self.held if h.state == "applied" and h.sheet == match.raw.name and h.column]
        return replace(
            match, overrides=tuple((n, h.column.index, h.entry.value) for h in mine if h.column for n in h.row_numbers)
        )

    def _of_sheet(self, name: str) -> list[tuple[DecideRow, list[int]]]:
        """Decisions on rows of a sheet that are found there."""
        entries = [e for e in self.entries if isinstance(e, DecideRow)]
        found = [(e, *find_rows(e.row, self.frames, self.book, self.delivery.delivery_id, self.home)) for e in entries]
        return [(e, rows) for e, sheet, rows in found if rows and sheet.match.raw.name == name]

    def left(self, sheet: str) -> frozenset[int]:
        """Rows of a sheet whose doubt a person cleared: who doubts rows leaves these alone, and they are judged as any other."""
        self.was_left |= {(sheet, n) for e, rows in self._of_sheet(sheet) if e.do == "accept_row" for n in rows}
        return frozenset(n for name, n in self.was_left if name == sheet)

    def decide(self, rejected: pl.DataFrame, frame: TextFrame, places: RowPlaces) -> pl.DataFrame:
        """Rejected rows of a main sheet (row_number, reason_code, column_label) after decisions on its rows."""
        for entry, rows in self._of_sheet(frame.match.raw.name):
            if entry.do == "reject_row":
                rejected = _with_rejected(rejected, rows)
                self.decided.append((entry, "applied", tuple(rows)))
            else:
                rejected = self._accept(entry, rejected, rows, frame, places)
        return rejected

    def _accept(
        self, entry: DecideRow, rejected: pl.DataFrame, rows: list[int], frame: TextFrame, places: RowPlaces
    ) -> pl.DataFrame:
        mine = rejected.filter(pl.col("row_number").is_in(rows))
        laws = _lawless(frame, self.book.missing, places, rows)
        doubts = mine.filter(pl.col("reason_code").is_in(rules().clearable_reasons))
        cleared = doubts.filter(~pl.col("row_number").is_in(laws))["row_number"].to_list()
        left = any((frame.match.raw.name, n) in self.was_left for n in rows)
        state = "applied" if len(cleared) == mine.height else "against_law"
        self.decided.append((entry, "not_needed" if mine.is_empty() and not left else state, tuple(rows)))
        return rejected.filter(~pl.col("row_number").is_in(cleared))

    def settle(self, out: Output, findings: Findings) -> None:
        """Findings about the ledger itself, accepted findings, and delivered texts beside corrected values."""
        note_corrections(self.held, findings)
        taken = {entry.entry_id for entry, _, _ in self.decided}
        lost = [e for e in self.entries if isinstance(e, DecideRow) and e.entry_id not in taken]
        for entry, state, rows in [*self.decided, *((e, "row_not_found", ()) for e in lost)]:
            note_decision(entry, state, rows, entry.row.sheet or self.found.main.raw.name, findings)
        for accepted in (e for e in self.entries if isinstance(e, AcceptFinding)):
            self._accept_finding(accepted, findings)
        applied = [h for h in self.held if h.state == "applied"]
        if applied:
            kept = keep_delivered(out.frame("population"), out.frame("assessment"), applied, self.found)
            out.replace("population", kept)

    def _accept_finding(self, entry: AcceptFinding, findings: Findings) -> None:
        if entry.code not in rules().acceptable_findings:
            findings.add("decision_against_law", "block", f"a decision accepts findings {entry.code}, which no decision can clear",
                         expected="a finding that is a doubt (operations/common/decisions.yml)",
                         todo=f"correct the delivery and withdraw the decision: mtm decide withdraw {entry.entry_id}")  # fmt: skip
            return
        for row in findings.rows:
            if (row["code"], row["sheet"], row["column_label"]) == (entry.code, entry.sheet, entry.column):
                row["severity"] = "note"
                row["what"] += f" (accepted for this delivery by decision {entry.entry_id})"
                self.accepted.append(entry)


def _with_rejected(rejected: pl.DataFrame, rows: list[int]) -> pl.DataFrame:
    """The rows are rejected by decision; those that were rejected anyway keep their reason."""
    new = pl.DataFrame([(n, DECIDED, "") for n in rows], schema=VERDICT, orient="row")
    whole = pl.concat([rejected.select(*VERDICT), new])
    return whole.unique("row_number", keep="first", maintain_order=True).sort("row_number")


def _lawless(frame: TextFrame, missing: list[str], places: RowPlaces, rows: list[int]) -> list[int]:
    """Rows that no decision can let in: a total that is not a whole number, no total at all, no certain place."""
    names = [frame.name(c) for c in total_columns(frame)]
    readable = [is_missing(n, missing) | count_text(n).str.contains(r"^\+?\d{1,12}$") for n in names]
    blank = [is_missing(n, missing) for n in names]
    bad = ~pl.all_horizontal(readable) | pl.all_horizontal(blank) if names else pl.lit(False)
    own = frame.data.filter(pl.col("row_number").is_in(rows) & bad)["row_number"].to_list()
    nowhere = places.rows.filter(pl.col("row_number").is_in(rows) & pl.col("reason").is_not_null())
    return [*own, *nowhere["row_number"].to_list()]
