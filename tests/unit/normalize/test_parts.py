"""Files that hold more than one round: only its rows are read, the others are counted, and a doubt is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.normalize.conftest import Bench, findings, law, reasons, values
from warehouse.codebooks.recognise import Declared, recognise
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.vault import Vault
from warehouse.errors import UnreadableDelivery
from warehouse.normalize.run import Normalized, normalize

BOOK = """
keep:
  - {field: operation, equals: [Lake Basin Crisis]}
  - {field: level, equals: ['2']}
sheets:
  - name: main
    columns:
      - {field: operation, labels: [operation], required: true}
      - {field: level, labels: [adminLevel], type: code, required: true}
      - {field: round_number, labels: [roundNumber], type: code, required: true}
      - {field: region, labels: [admin1Name], required: true}
      - {field: district, labels: [admin2Name]}
      - {field: idp, labels: [present], type: count, required: true, measure: {category: idp}}
"""
HEADER = ["operation", "adminLevel", "roundNumber", "admin1Name", "admin2Name", "present"]
TAGS = ["#operation+name", "#adm+level", "#round+code", "#adm1+name", "#adm2+name", "#affected+idps"]
ROWS = [
    HEADER, TAGS,
    ["Lake Basin Crisis", 0, 1, "", "", 90], ["Lake Basin Crisis", 2, 1, "North", "A", 10],
    ["Lake Basin Crisis", 2, 2, "North", "A", 20], ["LAKE BASIN  CRISIS", 2, 2, "North", "B", 5],
    ["Hurricane", 2, 2, "South", "C", 700], ["Hurricane", 2, 7, "South", "C", 700],
]  # fmt: skip


@pytest.fixture
def file(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench.codebook(BOOK)
    path = bench.folder / "operations" / "t" / "codebooks" / "t.yml"
    rule = "round_number: [{field: round_number, select: true}]"
    path.write_text(path.read_text().replace("round_number: [{file_name: 'round[ _-]*0*(\\d+)'}]", rule))
    return bench


def take(bench: Bench, workbook: Callable[..., Path], rows: list[list[object]], number: int | None = 2) -> Normalized:
    path = workbook("global.xlsx", rows)
    return normalize(bench.home, Vault(bench.home).receive(path, Declared(round_number=number)).delivery)


def test_one_round_of_one_operation_and_level_is_read(file: Bench, workbook: Callable[..., Path]) -> None:
    done = take(file, workbook, ROWS)
    assert values(done, "population_category") == {("idp",): 25}
    assert set(reasons(done).values()) == {"hxl_row", "other_part"}
    assert law(done)["idp.individuals"] == (25, 25, 0)
    assert law(done)["rows"] == (7, 2, 5)
    assert findings(done)["other_part"] == "note"
    first = take(file, workbook, ROWS, number=1)  # the same bytes are another round as well
    assert values(first, "population_category") == {("idp",): 10}


@pytest.mark.parametrize(("cell", "value"), [(0, ""), (0, "Lake Basin Crisi"), (1, ""), (2, ""), (2, "second")])
def test_a_row_that_does_not_say_what_it_is_of_waits(
    file: Bench, workbook: Callable[..., Path], cell: int, value: str
) -> None:
    doubtful: list[object] = ["Lake Basin Crisis", 2, 2, "North", "D", 9]
    doubtful[cell] = value
    done = take(file, workbook, [*ROWS, doubtful])
    assert reasons(done)[9] == "part_unknown"
    assert findings(done)["part_unknown"] == "block"
    assert values(done, "population_category") == {("idp",): 25}


@pytest.mark.parametrize(("number", "code"), [(None, "mixed_rounds"), (7, "mixed_rounds")])
def test_a_round_that_the_file_does_not_hold_is_refused(
    file: Bench, workbook: Callable[..., Path], number: int | None, code: str
) -> None:
    """Round 7 is in the file, and of another operation."""
    with pytest.raises(UnreadableDelivery) as caught:
        recognise(read_file(workbook("global.xlsx", ROWS)), "global.xlsx", Declared(round_number=number))
    assert caught.value.code == code
    assert "1, 2" in str(caught.value) and "7, " not in str(caught.value).replace("7 (it was declared)", "")


def test_a_file_without_rows_of_the_operation_is_refused(file: Bench, workbook: Callable[..., Path]) -> None:
    rows = [HEADER, TAGS, ["Hurricane", 2, 2, "South", "C", 700]]
    with pytest.raises(UnreadableDelivery) as caught:
        recognise(read_file(workbook("global.xlsx", rows)), "global.xlsx", Declared(round_number=2))
    assert caught.value.code == "no_part"
    assert "operation: Lake Basin Crisis" in str(caught.value)


def test_a_single_round_needs_no_number(file: Bench, workbook: Callable[..., Path]) -> None:
    rows = [r for r in ROWS if r[2] != 1]
    assert values(take(file, workbook, rows, number=None), "population_category") == {("idp",): 25}
