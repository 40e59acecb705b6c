"""Rejected rows that come back corrected: exactly these rows change, and what is not certain is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from warehouse.corrections.amend import Intake
from warehouse.corrections.amendment import is_amendment
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.vault import Delivery
from warehouse.errors import MtmError, UnreadableDelivery
from warehouse.normalize.run import normalize
from warehouse.serving.field_report.report import FieldReport
from warehouse.serving.field_report.workbook import write_workbook
from warehouse.settings import Home

pytestmark = pytest.mark.usefixtures("toy")
HEADER = ["_uuid", "Region", "Displaced people", "Remark 1"]
ODD = "=1+1 'q' 😀 \t_x000D_ end"
ROWS: list[list[object]] = [
    ["u1", "North", 100, "'=x"],
    ["u2", "South", "many", "@odd 'q' 😀"],
    ["u3", "", 30, "007"],
    ["u4", "West", 7, ""],
]
PAGE = "Rejected rows"


@pytest.fixture
def first(home: Home, workbook: Callable[..., Path]) -> Delivery:
    path = workbook("round1.xlsx", [["a line above"], HEADER, *ROWS], notes=[["kept", 1.5], ["", "as is"]])
    return Intake(home).receive(path).delivery


@pytest.fixture
def correct(home: Home, tmp_path: Path) -> Callable[..., Path]:
    """The report of the standing delivery as it comes back: `correct(edit)` where `edit` changes the openpyxl workbook."""

    def back(edit: Callable[[Any], object] = lambda book: None, name: str = "corrected.xlsx", lang: str = "en") -> Path:
        report = FieldReport(normalize(home, Intake(home).current("toy-baseline-r01")), lang)  # type: ignore[arg-type]
        write_workbook(report, tmp_path / name)
        book = openpyxl.load_workbook(tmp_path / name)
        edit(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return back


def set_cells(**cells: object) -> Callable[[Any], object]:
    def edit(book: Any) -> None:
        for address, value in cells.items():
            book[PAGE][address] = value

    return edit


def texts(home: Home, delivery: Delivery) -> dict[str, list[list[str]]]:
    sheets = read_file(Intake(home).path(delivery), delivery.file_name)
    return {s.name: [s.texts(i) for i in range(s.height)] for s in sheets}


def test_the_corrected_rows_take_the_place_of_theirs(home: Home, first: Delivery, correct: Callable[..., Path]) -> None:
    path = correct(set_cells(G4=55, F5="East"))
    assert is_amendment(path)
    receipt = Intake(home).receive(path)
    second, before = receipt.delivery, texts(home, first)
    assert (receipt.is_new, second.delivery_seq, second.supersedes) == (True, 2, first.delivery_id)
    before["data"][3][2], before["data"][4][1] = "55", "East"
    assert texts(home, second) == before  # everything else is as it was, to the character
    assert "2 rows" in second.source and "corrected.xlsx" in second.source
    done = normalize(home, second)
    assert done.table("rejected").is_empty()
    counts = done.counts()
    assert (counts["rows_in"], counts["people_in"], counts["people_accepted"]) == (4, 192, 192)
    assert second.file_name == "round1 (corrected 2).xlsx"
    (record,) = (home.vault / "amendments").glob("*.json")
    told = json.loads(record.read_text(encoding="utf-8"))
    assert told["rows"] == ["data!4", "data!5"] and told["amends"] == first.delivery_id
    assert (Intake(home).blobs / told["sha256"][:2] / told["sha256"]).exists()  # what was sent is kept too


def test_the_same_report_again_is_nothing_new(home: Home, first: Delivery, correct: Callable[..., Path]) -> None:
    path = correct(set_cells(G4=55))
    second = Intake(home).receive(path).delivery
    again = Intake(home).receive(path)
    assert (again.is_new, again.delivery) == (False, second)
    third = Intake(home).receive(correct(set_cells(F4="East"), "second.xlsx", "en")).delivery
    assert (third.delivery_seq, third.file_name) == (3, "round1 (corrected 3).xlsx")


def test_a_russian_report_comes_back_as_well(home: Home, first: Delivery, correct: Callable[..., Path]) -> None:
    def edit(book: Any) -> None:
        book["Отклонённые строки"]["G4"] = "55"

    assert Intake(home).receive(correct(edit, lang="ru")).delivery.delivery_seq == 2


def drop_column(book: Any) -> None:
    book[PAGE].delete_cols(7)


def swap_headers(book: Any) -> None:
    page = book[PAGE]
    page["F3"], page["G3"] = page["G3"].value, page["F3"].value


def rename(book: Any) -> None:
    book[PAGE].title = "Mine"


def damage(book: Any) -> None:
    book["_mtm"]["A3"] = "delivered"


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda book: None, "nothing_amended"),
        (drop_column, "amend_columns"),
        (swap_headers, "amend_columns"),
        (rename, "amend_damaged"),
        (damage, "amend_damaged"),
        (set_cells(A4=3, G4=55), "amend_rows"),  # the number of a row that was accepted
        (set_cells(A4=99, G4=55), "amend_rows"),
        (set_cells(A4=None, G4=55), "amend_rows"),
        (set_cells(A5=4), "amend_rows"),  # twice
        (set_cells(J4="beside"), "amend_rows"),
        (set_cells(F9="a new row"), "amend_rows"),
    ],
)
def test_what_does_not_fit_is_refused(
    home: Home, first: Delivery, correct: Callable[..., Path], edit: Callable[[Any], object], code: str
) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        Intake(home).receive(correct(edit))
    assert refused.value.code == code
    assert len(Intake(home).deliveries("toy-baseline-r01")) == 1
    assert not (home.vault / "amendments").exists()


def lie(row: int, column: int, value: object) -> Callable[[Any], object]:
    def edit(book: Any) -> None:
        book["_mtm"].cell(row, column).value = value
        book[PAGE]["G4"] = 55

    return edit


@pytest.mark.parametrize(
    "edit", [lie(4, 6, 10**12), lie(4, 5, 10**9), lie(4, 4, -1), lie(2, 2, "../../x"), lie(1, 2, 2), lie(4, 4, "x")]
)
def test_a_hidden_sheet_that_lies_is_refused_at_once(
    home: Home, first: Delivery, correct: Callable[..., Path], edit: Callable[[Any], object]
) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        Intake(home).receive(correct(edit))
    assert refused.value.code == "amend_damaged"


def test_corrected_rows_that_make_another_round_leave_nothing_behind(
    home: Home, workbook: Callable[..., Path], correct: Callable[..., Path]
) -> None:
    header = ["_uuid", "Region", "Displaced people", "Round"]
    Intake(home).receive(workbook("toy.xlsx", [header, ["u1", "North", 1, 1], ["u2", "South", "many", 1]]))
    normalize(home, Intake(home).current("toy-baseline-r01"))
    before = {p for p in home.vault.rglob("*") if p.is_file()}

    def edit(book: Any) -> None:
        book[PAGE]["G4"], book[PAGE]["H4"] = 5, 2

    with pytest.raises(UnreadableDelivery) as refused:
        Intake(home).receive(correct(edit))
    assert refused.value.code == "mixed_rounds"
    assert {p for p in home.vault.rglob("*") if p.is_file()} == before


def test_a_report_of_another_delivery_is_refused(
    home: Home, first: Delivery, correct: Callable[..., Path], workbook: Callable[..., Path], tmp_path: Path
) -> None:
    path = correct(set_cells(G4=55))
    Intake(home).receive(workbook("round1 b.xlsx", [HEADER, *ROWS]))
    with pytest.raises(UnreadableDelivery) as newer:
        Intake(home).receive(path)
    assert newer.value.code == "amends_superseded"
    with pytest.raises(UnreadableDelivery) as unknown:
        Intake(Home(tmp_path / "other").ensure()).receive(path)
    assert unknown.value.code == "amends_unknown"


def test_rows_may_be_left_out_or_moved(home: Home, first: Delivery, correct: Callable[..., Path]) -> None:
    def edit(book: Any) -> None:
        page = book[PAGE]
        page["F5"] = "East"
        page.move_range("A5:H5", rows=3)
        page.delete_rows(4)

    done = normalize(home, Intake(home).receive(correct(edit)).delivery)
    assert done.table("rejected")["row_number"].to_list() == [4]


def test_a_csv_comes_back_as_csv(home: Home, tmp_path: Path, correct: Callable[..., Path]) -> None:
    path = tmp_path / "round1.csv"
    path.write_text(
        '_uuid;Region;Displaced people;Remark 1\nu1;"No;rth";100;"a\nb"\nu2;South;many;"q ""x"""\n', encoding="utf-8"
    )
    first = Intake(home).receive(path).delivery
    second = Intake(home).receive(correct(set_cells(G4=5))).delivery
    before = texts(home, first)["round1.csv"]
    before[2][2] = "5"
    assert second.file_name == "round1 (corrected 2).csv"
    assert texts(home, second)[second.file_name] == before


def test_what_a_workbook_can_not_hold_exactly_is_refused_or_exact(home: Home, workbook: Callable[..., Path], correct: Callable[..., Path], tmp_path: Path) -> None:  # fmt: skip
    import xlsxwriter

    path = tmp_path / "round1.xlsx"
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        page = book.add_worksheet("data")
        for i, row in enumerate([HEADER, ["u1", ODD, 100, "a\rb"], ["u2", "South", "many", ODD]]):
            for j, cell in enumerate(row):
                page.write(i, j, cell)
    first = Intake(home).receive(path).delivery
    before = texts(home, first)
    try:
        second = Intake(home).receive(correct(set_cells(G4=5))).delivery
    except MtmError as refused:
        assert refused.code == "amend_not_exact"
        return
    before["data"][2][2] = "5"
    assert texts(home, second) == before


def test_an_ordinary_workbook_is_no_report(workbook: Callable[..., Path], tmp_path: Path) -> None:
    assert not is_amendment(workbook("plain.xlsx", [["a"]]))
    for name, data in (("empty.xlsx", b""), ("torn.xlsx", b"PK\x03\x04 nothing"), ("text.csv", b"_mtm,a\n1,2\n")):
        (tmp_path / name).write_bytes(data)
        assert not is_amendment(tmp_path / name)
