"""What the report to the field says: findings with their place in the file, failed checks, rejected rows, counts.

Gathering it from the normalized round, the verdict and the vault belongs here, once for all formats. Nothing here holds a
delivered value but `RejectedRow.texts`, which leaves this machine only in the rows that go back to who delivered them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from warehouse.codebooks.match import SheetMatch
from warehouse.corrections.locate import sheets_of
from warehouse.deliveries.readers.refusal import column_letters
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.vault import Delivery
from warehouse.normalize.place_history import moved_findings
from warehouse.normalize.reasons import reasons
from warehouse.normalize.reopen import reopen
from warehouse.normalize.run import Normalized
from warehouse.operations import find_round, load_operation
from warehouse.releases.verdict import Verdict, load_verdict
from warehouse.serving.field_report.messages import Lang, check_seen, check_todo, said, word

ORDER = ["block", "review", "note"]
# checks that only say that there are findings: those stand in the report themselves
REPEATING = {
    "blocking_findings", "review_findings",
    "sheets_not_read", "file_to_see", "columns_of_other_version", "columns_to_see", "rows_misaligned",
    "rounds_mixed", "round_to_see", "places_unresolved", "places_to_see", "submissions_conflict", "repeats_to_see",
    "expected_places_missing", "counts_unusable", "counts_to_see", "interviews_too_short", "control_totals_differ",
    "control_totals_not_found", "answers_not_in_list", "answers_to_see", "units_mixed_up", "countries_not_known",
    "personal_data_found", "personal_texts_to_see",
}  # fmt: skip
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d*)")
_UNKNOWN = re.compile(r"column (\d+): ")
_NUMBERED = re.compile(r"^column (\d+)(?=: |$)")  # a column that is told by its number, with its label where it has one


@dataclass(frozen=True)
class Line:
    """One finding, or one rejected row: where it is, what is wrong, what was expected, what to do."""

    severity: str
    code: str
    sheet: str
    row_number: int | None
    column_label: str
    column_letter: str
    what: str
    expected: str
    todo: str
    rows: int | None
    people: int | None

    @property
    def cell(self) -> str:
        """The address as a spreadsheet shows it (`C7`); the column's letter or nothing where there is no single cell."""
        return (
            f"{self.column_letter}{self.row_number}" if self.column_letter and self.row_number else self.column_letter
        )


@dataclass(frozen=True)
class CheckLine:
    """One check of the gate that does not hold."""

    severity: str
    code: str
    what: str
    observed: str
    threshold: str
    todo: str


@dataclass(frozen=True)
class RejectedRow:
    """A rejected row: its line, and its cells as they were delivered."""

    line: Line
    texts: list[str] = field(repr=False)


class FieldReport:
    """The report on the standing (or any) delivery of a round, in one language."""

    def __init__(self, normalized: Normalized, lang: Lang) -> None:
        """Everything else is read when it is asked for."""
        self.normalized, self.lang = normalized, lang
        self.verdict: Verdict | None = load_verdict(normalized.home, normalized.round_key, normalized.normalized_id)

    @property
    def delivery(self) -> Delivery:
        """The delivery that it is about."""
        return self.normalized.delivery

    @property
    def is_synthetic(self) -> bool:
        """Whether the round is made up."""
        return find_round(self.normalized.round_key)[1].is_synthetic

    @cached_property
    def counts(self) -> dict[str, tuple[int, int, int]]:
        """`rows`, and `people` where any are counted: delivered, accepted, rejected."""
        c = self.normalized.counts()
        told = {u: (c[f"{u}_in"], c[f"{u}_accepted"], c[f"{u}_rejected"]) for u in ("rows", "people")}
        return {unit: n for unit, n in told.items() if unit == "rows" or any(n)}

    @cached_property
    def lines(self) -> list[Line]:
        """Findings, the worst first."""
        rows = [*self.normalized.table("finding").to_dicts(), *self._moved()]
        return sorted((self._line(row) for row in rows), key=lambda line: ORDER.index(line.severity))

    def _moved(self) -> list[dict[str, Any]]:
        """What only the rounds before can tell: place codes that stand for other places now."""
        normalized, names = (
            self.normalized,
            ("severity", "code", "sheet", "row_number", "column_label", "what", "expected", "todo", "rows", "people"),
        )
        found = moved_findings(
            normalized.home, normalized.round_key, normalized.table("place"), normalized.table("assessment")
        )
        return [dict(zip(names, row, strict=True)) for row in found]

    @cached_property
    def by_severity(self) -> dict[str, int]:
        """How many findings of each severity."""
        found = Counter(line.severity for line in self.lines)
        return {severity: found.get(severity, 0) for severity in ORDER}

    @cached_property
    def checks(self) -> list[CheckLine]:
        """Checks that do not hold, but for those that only repeat the findings."""
        failed = [c for c in self.verdict.checks if not c.passed and c.code not in REPEATING] if self.verdict else []
        return [
            CheckLine(
                c.severity, c.code, (c.sentence_ru if self.lang == "ru" else c.sentence_en) + self._waived(c.code),
                check_seen(c.observed, self.lang), check_seen(c.threshold, self.lang),
                check_todo(c.code, self.lang, c.todo),
            )
            for c in sorted(failed, key=lambda c: ORDER.index(c.severity))
        ]  # fmt: skip

    def _waived(self, code: str) -> str:
        """By which waiver a check or finding was let through, in brackets; nothing where by none."""
        used = [w for w in (self.verdict.waivers if self.verdict else []) if w["finding"] == code]
        told = [word("waived", self.lang, until=w["expires"], id=w["id"], reason=w["reason"]) for w in used]
        return f" ({'; '.join(told)})" if told else ""

    @cached_property
    def rejected(self) -> list[Line]:
        """Rejected rows without their cells; those that wait for a decision first."""
        lines = []
        for row in self.normalized.table("rejected").to_dicts():
            reason = reasons().get(row["reason_code"])
            given = {**row, "code": row["reason_code"], "severity": "note" if reason and reason.by_rule else "block", "rows": 1,
                     "what": row["detail"], "expected": reason.expected if reason else "", "todo": reason.todo.replace("ROUND", self.normalized.round_key) if reason else ""}  # fmt: skip
            lines.append(self._line(given))
        return sorted(lines, key=lambda line: (ORDER.index(line.severity), line.sheet, line.row_number or 0))

    @cached_property
    def matches(self) -> list[SheetMatch]:
        """The delivery's sheets as its codebook reads them."""
        found = reopen(self.normalized.home, self.delivery, load_operation(self.delivery.operation))
        return sheets_of(found)

    @cached_property
    def sheets(self) -> dict[str, RawSheet]:
        """The delivered sheets as they lie in the vault (personal data)."""
        return {match.raw.name: match.raw for match in self.matches}

    def rejected_rows(self) -> dict[str, list[RejectedRow]]:
        """Rejected rows by delivered sheet, with all their cells (personal data: for who delivered them only)."""
        found: dict[str, list[RejectedRow]] = {}
        for line in self.rejected:
            texts = self.sheets[line.sheet].texts((line.row_number or 1) - 1)
            found.setdefault(line.sheet, []).append(RejectedRow(line, texts))
        return found

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], int]:
        rows = self.normalized.table("column_map").drop_nulls(["column_number", "column_label"])
        return {
            (s, label.strip()): n for s, label, n in rows.select("sheet", "column_label", "column_number").iter_rows()
        }

    def _line(self, row: dict[str, Any]) -> Line:
        words, label = said(row["code"], self.lang, row), (row["column_label"] or "").strip()
        shown = _NUMBERED.sub(lambda m: word("column_number", self.lang, number=m[1]), label)
        return Line(row["severity"], row["code"], row["sheet"] or "", row["row_number"], shown, self._letter(row["sheet"] or "", label),
                    words.what + self._waived(row["code"]), words.expected, words.todo, row["rows"], row["people"])  # fmt: skip

    def _letter(self, sheet: str, label: str) -> str:
        if number := self._numbers.get((sheet, label)):
            return column_letters(number - 1)
        if found := _UNKNOWN.match(label):
            return column_letters(int(found.group(1)) - 1)
        address = _ADDRESS.fullmatch(label)
        return address.group(1) if address else ""
