"""Entering corrections and decisions: checked at once against the standing delivery, then added to a ledger.

What may be entered and how a row is named for good belongs here. Messages say rows and columns, never a delivered value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from warehouse.codebooks.recognise import Recognised
from warehouse.corrections.cells import State, hold, without_conflicts
from warehouse.corrections.ledger import DeliveryLedger
from warehouse.corrections.locate import INFORMANT, find_rows, place_code, place_rows, row_keys, sheets_of
from warehouse.corrections.model import AcceptFinding, Correct, DecideRow, Entry, LedgerFile, RowAt, Withdraw
from warehouse.corrections.notes import WORDS
from warehouse.corrections.rules import rules
from warehouse.corrections.store import append, ledger_paths, standing_entries
from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import MtmError, UsageError
from warehouse.normalize.frame import TextFrame, text_frame
from warehouse.normalize.reopen import reopen
from warehouse.normalize.run import normalize
from warehouse.normalize.values import count_text
from warehouse.operations import Operation, load_operation, read_yaml
from warehouse.settings import Home

EXPECTED: dict[State, str] = {
    "stale": "--expect with the text that the cell holds, to the letter",
    "obsolete": "a cell that does not hold the corrected value yet",
    "row_not_found": "one row of the delivery",
    "column_not_found": "the label of a used column, or its field in the codebook",
    "identifier": "a column that is counted or answered",
    "conflict": "one correction of a cell: withdraw the other one first",
}


@dataclass(frozen=True)
class Named:
    """How a person names a row: by its place in the file, or by its own key."""

    sheet: str | None = None
    row_number: int | None = None
    key: str | None = None
    place: str | None = None
    informant: str | None = None


@dataclass(frozen=True)
class Signature:
    """Who decides, and why; `in_tree` puts the entry into the operation's own files."""

    who: str
    why: str
    in_tree: bool = False


class Desk:
    """Where one round's entries are written: its standing delivery, opened once."""

    def __init__(self, home: Home, round_key: str) -> None:
        """Raises UsageError where the round was never delivered."""
        self.home, self.round_key = home, round_key
        self.delivery: Delivery = Vault(home).current(round_key)
        self.operation: Operation = load_operation(self.delivery.operation)
        self.found: Recognised = reopen(home, self.delivery, self.operation)
        self.frames: list[TextFrame] = [text_frame(m) for m in sheets_of(self.found)]

    def correct(self, named: Named, column: str, expect: str, value: str, by: Signature) -> Correct:
        """Override one value. Refused where the delivery holds another value than `expect`."""
        entry = self._entry(
            Correct, do="correct", row=self._row(named, by), column=column, expect=expect, value=value, by=by
        )
        assert isinstance(entry, Correct)
        ledger = DeliveryLedger(self.found, self.delivery, self.operation, self.home)
        held = hold(entry, self.frames, self.found.codebook, self.delivery.delivery_id, self.home)
        held = without_conflicts([*(h for h in ledger.held if h.state == "applied"), held])[-1]
        if held.state != "applied":
            code, _, what, _, _ = WORDS[held.state]
            raise UsageError(what.replace("correction {id}", "the correction"), where=f"{self.delivery.file_name}, {held.sheet}, {entry.row.text}, {held.label}",
                             expected=EXPECTED[held.state], todo=f"look at the cell, and at mtm corrections {self.round_key}", code=code)  # fmt: skip
        self._add(entry, by)
        return entry

    def decide_row(self, do: str, named: Named, by: Signature) -> DecideRow:
        """Reject a row, or clear the doubt about a quarantined one."""
        entry = self._entry(DecideRow, do=do, row=self._row(named, by), by=by)
        assert isinstance(entry, DecideRow)
        _, rows = find_rows(entry.row, self.frames, self.found.codebook, self.delivery.delivery_id, self.home)
        if not rows:
            raise self._no_row(named)
        if do == "accept_row":
            self._must_be_a_doubt(rows)
        self._add(entry, by)
        return entry

    def accept_finding(self, code: str, sheet: str, column: str, by: Signature) -> AcceptFinding:
        """A person looked at a finding on a column of this delivery, and it may stand."""
        table = normalize(self.home, self.delivery).table("finding").filter(pl.col("severity") != "note")
        mine = table.filter((pl.col("code") == code) & (pl.col("sheet") == sheet) & (pl.col("column_label") == column))
        allowed = rules().acceptable_findings
        if code not in allowed or mine.is_empty():
            there = (
                table.filter(pl.col("code").is_in(allowed))
                .select("code", "sheet", "column_label")
                .unique()
                .sort("code")
            )
            raise UsageError(
                "no decision can clear this finding" if code not in allowed else "the delivery has no such finding",
                where=f"{self.round_key}, {code} {sheet} {column}".strip(),
                expected="one of " + "; ".join(f"{c} {s} {x}" for c, s, x in there.rows()) if there.height else "a finding that is a doubt",
                todo="mtm findings " + self.round_key, code="not_decidable",
            )  # fmt: skip
        entry = self._entry(AcceptFinding, do="accept_finding", delivery=self.delivery.delivery_id, code=code, sheet=sheet, column=column, by=by)  # fmt: skip
        assert isinstance(entry, AcceptFinding)
        self._add(entry, by)
        return entry

    def _must_be_a_doubt(self, rows: list[int]) -> None:
        table = normalize(self.home, self.delivery).table("rejected").filter(pl.col("row_number").is_in(rows))
        reasons = sorted(set(table["reason_code"]))
        if not reasons or set(reasons) - set(rules().clearable_reasons):
            raise UsageError(
                f"the row is rejected for {', '.join(reasons)}, which no decision can clear" if reasons else "the row is not rejected",
                where=f"{self.delivery.file_name}, row {rows[0]}", expected=f"a row quarantined for {', '.join(rules().clearable_reasons)}",
                todo="correct the value with mtm correct, or deliver the row again", code="not_decidable",
            )  # fmt: skip

    def _row(self, named: Named, by: Signature) -> RowAt:
        """The row named for good: by its own key where it has one, so that the entry outlives a redelivery."""
        if named.row_number is None:
            at: RowAt = _built(RowAt, key=named.key, place=named.place, informant=named.informant)
            return at
        sheet = named.sheet or self.frames[0].match.raw.name
        frame = next((f for f in self.frames if f.match.raw.name == sheet), None)
        if frame is None or named.row_number not in set(frame.data["row_number"]):
            raise self._no_row(named)
        own = self._key(frame, named.row_number, by) if frame.match.sheet.role == "main" else None
        return own or RowAt(sheet=sheet, row_number=named.row_number, delivery=self.delivery.delivery_id)

    def _key(self, frame: TextFrame, number: int, by: Signature) -> RowAt | None:
        keys = None if by.in_tree else row_keys(frame, self.found.codebook, self.home)  # a key means nothing elsewhere
        if keys is not None and (mine := keys.filter(pl.col("row_number") == number)["key"].to_list()):
            return RowAt(key=mine[0]) if keys.filter(pl.col("key") == mine[0]).height == 1 else None
        code, name = place_code(frame, self.found.codebook), frame.of(INFORMANT)
        if code is None:
            return None
        informant = count_text(name) if name else pl.lit(None, pl.String)
        row = (
            frame.data.filter(pl.col("row_number") == number)
            .select(code.alias("place"), informant.alias("informant"))
            .row(0)
        )
        if not row[0] or len(place_rows(frame, self.found.codebook, row[0], row[1] or None)) != 1:
            return None
        return RowAt(place=row[0], informant=row[1] or None)

    def _no_row(self, named: Named) -> UsageError:
        where = (
            f"{named.sheet or self.frames[0].match.raw.name}!{named.row_number}"
            if named.row_number
            else named.key or named.place
        )
        return UsageError(
            "the delivery has no such row, or not exactly one", where=f"{self.delivery.file_name}, {where}",
            expected=f"a row of data on {', '.join(f.match.raw.name for f in self.frames)}, numbered as a spreadsheet shows it",
            todo="mtm findings and mtm rejected name sheets and rows", code="row_not_found",
        )  # fmt: skip

    def _entry(self, kind: type[Any], *, by: Signature, **more: Any) -> Entry:
        today = date.today()
        entry: Entry = _built(kind, round_key=self.round_key, who=by.who, when=today, why=by.why, **more)
        return entry

    def _add(self, entry: Entry, by: Signature) -> None:
        if entry.entry_id in {e.entry_id for e in standing_entries(self.operation, self.home, self.round_key)}:
            raise UsageError(
                "this entry stands in the ledger already", where=entry.entry_id, todo="nothing", code="entry_exists"
            )
        is_survey = self.found.codebook.row_grain == "respondent"
        add(self.operation, self.home, entry, in_tree=by.in_tree, is_survey=is_survey)
        if entry.entry_id not in {e.entry_id for e in standing_entries(self.operation, self.home, self.round_key)}:
            raise MtmError("the entry was added, and a withdrawal in this installation's ledger takes it back at once",
                           where=entry.entry_id, todo="enter it again in other words (--why)", code="entry_withdrawn")  # fmt: skip


def withdraw(home: Home, round_key: str, entry_id: str, by: Signature) -> Withdraw:
    """An entry no longer holds. In the operation's own ledger only an entry of that ledger can be withdrawn."""
    operation = load_operation(round_key.split("-")[0])
    standing = {e.entry_id: e for e in standing_entries(operation, home, round_key)}
    if entry_id not in standing:
        raise UsageError(f"no entry {entry_id} stands for {round_key}", expected=f"one of {', '.join(standing) or 'none'}",
                         todo=f"mtm corrections {round_key}", code="unknown_entry")  # fmt: skip
    shared = read_yaml(ledger_paths(operation, home)[0], LedgerFile).entries
    if by.in_tree and entry_id not in {e.entry_id for e in shared}:
        raise UsageError(
            f"entry {entry_id} stands in this installation's ledger", todo="leave out --in-tree", code="unknown_entry"
        )
    entry = _built(
        Withdraw, do="withdraw", round_key=round_key, who=by.who, when=date.today(), why=by.why, entry=entry_id
    )
    assert isinstance(entry, Withdraw)
    add(operation, home, entry, in_tree=by.in_tree, is_survey=False)
    return entry


def add(operation: Operation, home: Home, entry: Entry, *, in_tree: bool, is_survey: bool) -> Path:
    """Append to the installation's ledger, or to the operation's own: that one is for counts, not for people's answers."""
    if in_tree and is_survey:
        raise UsageError("a survey's answers don't go into the operation's files", expected="the installation's ledger",
                         todo="leave out --in-tree", code="person_level")  # fmt: skip
    home.ensure()
    path = ledger_paths(operation, home)[0 if in_tree else 1]
    append(path, entry)
    return path


def _built(kind: type[Any], **values: Any) -> Any:
    try:
        return kind(**values)
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(p) for p in problem["loc"])
        raise UsageError(
            f"the entry can't be made: {name + ': ' if name else ''}{problem['msg']}",
            todo="see --help",
            code="bad_entry",
        ) from None


__all__ = ["Desk", "MtmError", "Named", "Signature", "withdraw"]
