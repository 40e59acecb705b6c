"""The report to the field: places in the file, both languages, escaped and neutral, rejected rows in their own layout."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import normalize
from warehouse.releases.verdict import CheckResult, Verdict
from warehouse.serving.field_report.flat import FINDINGS, finding_rows, rejected_rows
from warehouse.serving.field_report.page import html
from warehouse.serving.field_report.report import FieldReport, Line
from warehouse.serving.field_report.together import place, rows_text, together
from warehouse.serving.field_report.workbook import write_workbook
from warehouse.settings import Home

pytestmark = pytest.mark.usefixtures("toy")
PHONE = "+996555010203"
EVIL = "<script>alert(1)</script>"
HEADER = ["_uuid", "Region", "Displaced people", "Contact phone", f"Odd {EVIL}", "people"]
ROWS: list[list[object]] = [
    ["u1", "North", 100, PHONE, "x", 1],
    ["u2", EVIL, "many", PHONE, "@SUM(1)", "007"],
    ["u3", "", 30, PHONE, "", 3],
    ["u1", "North", 100, PHONE, "x", 1],
]


@pytest.fixture
def report(home: Home, workbook: Callable[..., Path]) -> Callable[[str], FieldReport]:
    delivery = Vault(home).receive(workbook("round1.xlsx", [["a note above"], HEADER, *ROWS])).delivery
    done = normalize(home, delivery)
    failed = CheckResult(
        "heaping",
        "normalized",
        "note",
        False,
        "Totals are not rounded.",
        "Итоги не округлены.",
        "0.9",
        "at most 0.8",
        "ask",
    )
    Verdict(done.round_key, done.normalized_id, None, "refused", [failed], "1").save(home)
    return lambda lang: FieldReport(done, lang)  # type: ignore[arg-type]


def test_each_finding_says_where(report: Callable[[str], FieldReport]) -> None:
    lines = {(x.code, x.row_number): x for x in report("en").lines}
    assert lines["not_a_whole_number", 4].cell == "C4"
    [one] = together([lines["not_a_whole_number", 4]])
    assert place(one, "en") == "data!C4 · Displaced people"
    assert lines["unknown_column", 2].column_letter in ("E", "F")
    assert [x.severity for x in report("en").lines][:2] == ["block", "block"]


def test_both_languages(report: Callable[[str], FieldReport]) -> None:
    english, russian = ({x.code: x for x in report(lang).lines} for lang in ("en", "ru"))
    assert english["place_missing"].todo == "fill in the place and deliver again"
    assert russian["place_missing"].todo == "заполните место и пришлите снова"
    assert report("ru").checks[0].todo.startswith("спросите")
    assert report("en").checks[0].what == "Totals are not rounded."


def line(row: int | None, what: str = "w", people: int | None = 2) -> Line:
    return Line("block", "total_row", "data", row, "Region", "B", what, "e", "t", 1, people)


def test_lines_that_say_the_same_are_told_once_on_the_page() -> None:
    found = together([line(4), line(5), line(9, "other"), line(7, people=None), line(5)])
    assert [(f.numbers, f.rows, f.people) for f in found] == [((4, 5, 7), 4, 6), ((9,), 1, 2)]
    assert place(found[0], "ru") == "data · строки 4–5, 7 · B · Region"
    assert together([line(4, people=None)])[0].people is None
    assert place(together([line(None)])[0], "en") == "data · B · Region"
    assert place(together([replace(line(3), column_letter="", column_label="")])[0], "ru") == "data · строка 3"
    many = together([line(2 * n) for n in range(1, 21)])[0]
    assert rows_text(many.numbers, "en") == "rows 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24 and 8 more"


def test_the_advice_of_a_reason_names_the_round(home: Home, workbook: Callable[..., Path]) -> None:
    delivery = Vault(home).receive(workbook("round2.xlsx", [HEADER[:3], ["u1", "North", 5]])).delivery
    done = normalize(home, delivery)
    rejected = done.table("rejected").clear()
    row = {name: None for name in rejected.columns} | {
        "sheet": "data",
        "row_number": 2,
        "reason_code": "code_reused",
        "detail": "d",
    }
    pl.DataFrame([row], schema=rejected.schema).write_parquet(done.folder / "rejected.parquet")
    [told] = FieldReport(normalize(home, delivery), "en").rejected
    assert told.todo.endswith(f"mtm places {delivery.round_key} shows them")


class Page(HTMLParser):
    """Collects tags and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_page_is_whole_escaped_and_without_values(report: Callable[[str], FieldReport], lang: str) -> None:
    text = html(report(lang))
    page = Page()
    page.feed(text)
    assert ("lang", lang) in page.attributes
    assert "script" not in page.tags and EVIL not in text and "&lt;script&gt;" in text
    assert not {"link", "img", "iframe", "form"} & set(page.tags)
    assert not [v for k, v in page.attributes if k in ("src", "href") or k.startswith("on")]
    assert page.tags.count("h1") == 1 and page.tags.count("h2") == 3
    assert "th" in page.tags and ("scope", "col") in page.attributes
    assert PHONE not in text and "many" not in page.texts and "u2" not in page.texts


def test_rejected_rows_in_the_deliverys_own_layout(report: Callable[[str], FieldReport], tmp_path: Path) -> None:
    path = tmp_path / "back.xlsx"
    assert write_workbook(report("en"), path) == 3
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Summary", "Findings", "Checks that do not hold", "Rejected rows", "_mtm"]
    rows = list(book["Rejected rows"].iter_rows(values_only=True))
    assert rows[0][0].startswith("PERSONAL DATA")
    assert rows[2][:4] == ("Row", "Reason", "Column", "What to do") and list(rows[2][4:]) == HEADER
    assert rows[3][4:] == ("u2", EVIL, "many", PHONE, "'@SUM(1)", "007")
    assert [row[0] for row in rows[3:]] == [4, 5, 6]  # what waits for a decision first
    assert rows[3][1:4] == ("a count is not a whole number", "C Displaced people", "correct the cell and deliver again")
    cells = [c for page in book for row in page.iter_rows() for c in row]
    assert not [c.coordinate for c in cells if c.data_type == "f"]
    assert not [c for c in cells if isinstance(c.value, str) and c.value.startswith(("=", "@"))]


def test_flat_tables(report: Callable[[str], FieldReport]) -> None:
    columns, rows = finding_rows(report("en"))
    assert columns == FINDINGS and rows[0][0] == "block"
    assert PHONE not in json.dumps(rows) and "many" not in json.dumps(rows)
    columns, shown = rejected_rows(report("en"), whole=True)
    first = dict(zip(columns, shown[0], strict=True))
    assert (first["row_number"], first["Displaced people"], first["people (delivered)"], first["people"]) == (
        4,
        "many",
        "007",
        None,
    )
    assert "Displaced people" not in rejected_rows(report("en"), whole=False)[0]


def test_a_delivery_without_anything_to_say(home: Home, workbook: Callable[..., Path], tmp_path: Path) -> None:
    delivery = Vault(home).receive(workbook("round2.xlsx", [HEADER[:3], ["u1", "North", 5]])).delivery
    quiet = FieldReport(normalize(home, delivery), "ru")
    text = html(quiet)
    assert "Ни одна строка не отклонена." in text and "ещё не проверена" in text
    assert write_workbook(quiet, tmp_path / "quiet.xlsx") == 0
    assert "_mtm" not in openpyxl.load_workbook(tmp_path / "quiet.xlsx").sheetnames
