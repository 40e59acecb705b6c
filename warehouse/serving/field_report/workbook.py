"""The report as a workbook: summary, findings, and the rejected rows in the delivery's own layout, to correct and send back.

Writing it belongs here, with the hidden sheet that says what the rows belong to; reading it back is in
`deliveries/amend.py`. Every text goes through `neutral`; what comes back goes through `plain`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse.corrections.amendment import LEADING, MARKER, Amendable, marker_rows
from warehouse.serving.field_report.messages import words_in
from warehouse.serving.field_report.page import outcome, received
from warehouse.serving.field_report.report import FieldReport, RejectedRow
from warehouse.serving.neutral import neutral

WIDTHS = {"what": 48, "expected": 38, "todo": 48, "column": 28, "seen": 38}
ABOVE = 2  # rows above the headers of rejected rows: the warning, and how to correct


def write_workbook(report: FieldReport, path: Path) -> int:
    """Write the workbook; how many rejected rows it holds. It holds personal data where there are any."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        pages = _Pages(book, report)
        pages.summary()
        pages.findings()
        return pages.rejected()


class _Pages:
    """The sheets of one workbook."""

    def __init__(self, book: Any, report: FieldReport) -> None:
        self.book, self.report, self.w = book, report, words_in(report.lang)
        self.plain = book.add_format({"valign": "top"})
        self.wrapped = book.add_format({"valign": "top", "text_wrap": True})
        self.bold = book.add_format({"bold": True, "valign": "top", "text_wrap": True, "bg_color": "#EEF1F4", "border": 1, "border_color": "#D5DAE0"})  # fmt: skip
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.warning = book.add_format({"bold": True, "font_color": "#A4161A"})
        self.wrong = book.add_format({"valign": "top", "bg_color": "#FFE3C2"})
        self.lead = book.add_format({"valign": "top", "text_wrap": True, "font_color": "#55606A"})

    def summary(self) -> None:
        """What the delivery is, what became of it, how many rows and people."""
        report, d, page = self.report, self.report.delivery, self.book.add_worksheet(self.w("summary"))
        page.set_column(0, 0, 24)
        page.set_column(1, 3, 18)
        page.write_string(0, 0, neutral(self.w("title", seq=d.delivery_seq, round=d.round_key)), self.title)
        facts = [(self.w("file"), d.file_name), (self.w("received"), received(d.received_at)), (self.w("outcome"), self.w("outcome_" + outcome(report))),
                 (self.w("findings"), self.w("how_many", **report.by_severity))]  # fmt: skip
        if report.is_synthetic:
            facts.insert(0, ("", self.w("synthetic")))
        for i, (label, text) in enumerate(facts, 2):
            page.write_string(i, 0, label, self.plain)
            page.write_string(i, 1, neutral(text))
        at = len(facts) + 3
        page.write_row(at, 0, ["", self.w("delivered"), self.w("accepted"), self.w("rejected_count")], self.bold)
        for i, (unit, counts) in enumerate(report.counts.items(), at + 1):
            page.write_row(i, 0, [self.w(unit), *counts])

    def findings(self) -> None:
        """Findings with their place, then the checks that do not hold."""
        keys = ["severity", "sheet", "cell", "row", "column", "what", "expected", "todo", "rows", "people", "code"]
        rows = [
            [self.w(x.severity), x.sheet, x.cell, x.row_number, x.column_label, x.what, x.expected, x.todo, x.rows, x.people, x.code]
            for x in self.report.lines
        ]  # fmt: skip
        self._table(self.w("findings"), keys, rows)
        keys = ["severity", "expected", "seen", "allowed", "todo", "code"]
        checks = [[self.w(c.severity), c.what, c.observed, c.threshold, c.todo, c.code] for c in self.report.checks]
        if checks:
            self._table(self.w("checks"), keys, checks)

    def _table(self, name: str, keys: list[str], rows: list[list[Any]]) -> None:
        page = self.book.add_worksheet(name[:31])
        for j, key in enumerate(keys):
            page.set_column(j, j, WIDTHS.get(key, 14))
        page.write_row(0, 0, [self.w(key) for key in keys], self.bold)
        for i, row in enumerate(rows, 1):
            self._cells(page, i, row, self.wrapped)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(len(rows), 1), len(keys) - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)

    def _cells(self, page: Any, row: int, cells: list[Any], style: Any, first: int = 0) -> None:
        for j, cell in enumerate(cells, first):
            if isinstance(cell, int):
                page.write_number(row, j, cell, style)
            elif cell:
                page.write_string(row, j, neutral(cell), style)

    def rejected(self) -> int:
        """One sheet per delivered sheet with rejected rows, and the hidden one that says what they belong to."""
        found = self.report.rejected_rows()
        amendable = [self._rejected(i, name, rows) for i, (name, rows) in enumerate(found.items(), 1)]
        if not found:
            page = self.book.add_worksheet(self.w("rejected"))
            page.write_string(0, 0, self.w("no_rejected"))
            return 0
        marker = self.book.add_worksheet(MARKER)
        marker.very_hidden()
        for i, row in enumerate(marker_rows(self.report.delivery, amendable)):
            self._cells(marker, i, row, None)
        self.book.set_custom_property("mtm_amends", self.report.delivery.delivery_id)
        return sum(map(len, found.values()))

    def _rejected(self, number: int, name: str, rows: list[RejectedRow]) -> Amendable:
        raw = self.report.sheets[name]
        header, height = _header(self.report, name)
        title = self.w("rejected") + (f" ({number})" if number > 1 else "")
        page = self.book.add_worksheet(title)
        page.write_string(0, 0, self.w("personal"), self.warning)
        page.merge_range(1, 0, 1, 9, self.w("how"), self.wrapped)
        page.set_row(1, 62)
        leading = [self.w(key) for key in ("row", "reason", "column", "todo")]
        for i in range(height):
            self._cells(page, ABOVE + i, leading if i == height - 1 else [""] * LEADING, self.bold)
            self._cells(page, ABOVE + i, list(raw.texts(header + i)), self.bold, LEADING)
        for i, row in enumerate(rows, ABOVE + height):
            x = row.line
            self._cells(
                page,
                i,
                [x.row_number, x.what, " ".join(filter(None, [x.column_letter, x.column_label])), x.todo],
                self.lead,
            )
            for j, text in enumerate(row.texts):
                _delivered(
                    page, i, j + LEADING, text, self.wrong if column_at(x.column_letter) == j + 1 else self.plain
                )
        page.set_column(0, 0, 8)
        page.set_column(1, 3, 30)
        page.set_column(LEADING, LEADING + raw.width, 16)
        page.freeze_panes(ABOVE + height, 1)
        return Amendable(title, name, ABOVE + 1, height, raw.width)


def _header(report: FieldReport, sheet: str) -> tuple[int, int]:
    """Index of the first header row of a delivered sheet, and how many there are."""
    match = next(m for m in report.matches if m.raw.name == sheet)
    return match.header_index, match.sheet.header_rows


def column_at(letters: str) -> int:
    """The 1-based number of a column's letters; 0 for none."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _delivered(page: Any, row: int, column: int, text: str, style: Any) -> None:
    """A delivered cell: a number where it reads back as the very same text, else a text."""
    if text.isascii() and text.isdigit() and len(text) < 15 and str(int(text)) == text:
        page.write_number(row, column, int(text), style)
    elif text:
        page.write_string(row, column, neutral(text), style)
    else:
        page.write_blank(row, column, None, style)
