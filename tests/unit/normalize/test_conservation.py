"""The conservation law over generated deliveries: rows and people in = accepted + rejected, nothing lost, nothing made."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import Normalized, normalize
from warehouse.settings import Home

pytestmark = pytest.mark.usefixtures("toy")
HEADER = [
    "_uuid",
    "Region",
    "District",
    "Test",
    "Displaced people",
    "Displaced households",
    "Displaced in 2023",
    "Contact phone",
]
PHONE = "+996555010203"


def normalized(home: Home, path: Path) -> Normalized:
    return normalize(home, Vault(home).receive(path).delivery)


def write(rows: list[list[object]], path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("data")
        for i, row in enumerate([HEADER, *rows]):
            sheet.write_row(i, 0, row)
    return path


count = st.one_of(st.integers(0, 5000), st.sampled_from(["", "-", "1 200", "12.0", "3.5", "-4", "many", "n/a"]))
row = st.tuples(
    st.sampled_from(["u1", "u2", "u3", "u4", ""]), st.sampled_from(["North", "Юг", "", "AD0402"]),
    st.sampled_from(["D1", "D2", ""]), st.sampled_from(["", "yes"]), count, count, count, st.just(PHONE),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(row.map(list), min_size=1, max_size=12))
def test_rows_and_people_are_conserved(rows: list[list[object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        result = normalized(Home(Path(folder) / "home"), write(rows, Path(folder) / "round1.xlsx"))
        law = result.table("conservation")
        assert law.filter(pl.col("delivered") != pl.col("accepted") + pl.col("rejected")).is_empty()
        assert law.filter(pl.col("measure") == "rows")["delivered"].item() == len(rows)
        numbers = [*result.table("assessment")["row_number"], *result.table("rejected")["row_number"]]
        assert sorted(numbers) == list(range(2, len(rows) + 2))


def test_a_reader_of_our_own_finds_the_same_people(home: Home, workbook: Callable[..., Path]) -> None:
    rows = [
        ["u1", "North", "D1", "", 10, 2, "", PHONE],
        ["u2", "North", "D2", "yes", 7, 1, "", PHONE],
        ["u3", "South", "", "", "x", 1, "", PHONE],
    ]
    result = normalized(home, workbook("round1.xlsx", [HEADER, *rows]))
    assert result.counts() == {"rows_in": 3, "rows_accepted": 1, "rows_rejected": 2,
                               "people_in": 17, "people_accepted": 10, "people_rejected": 7}  # fmt: skip
    reasons = dict(result.table("rejected").select("row_number", "reason_code").iter_rows())
    assert reasons == {3: "test_submission", 4: "not_a_whole_number"}


def test_missing_is_not_zero(home: Home, workbook: Callable[..., Path]) -> None:
    rows = [["u1", "North", "", "", 10, "", 0, PHONE], ["u2", "South", "", "", 0, "-", "", PHONE]]
    table = normalized(home, workbook("round1.xlsx", [HEADER, *rows])).table("population")
    status = {
        (r["row_id"], r["unit"], r["dimension"]): (r["value"], r["value_status"]) for r in table.iter_rows(named=True)
    }
    assert sorted(status.values(), key=str) == sorted(
        [(10, "reported"), (None, "missing"), (0, "reported"), (0, "reported"), (None, "missing"), (None, "missing")],
        key=str,
    )


def test_a_submission_that_stands_twice(home: Home, workbook: Callable[..., Path]) -> None:
    same = ["u1", "North", "D1", "", 10, 2, 3, PHONE]
    rows = [same, same, ["u1", "North", "D1", "", 11, 2, 3, PHONE]]
    table = normalized(home, workbook("round1.xlsx", [HEADER, *rows])).table("rejected")
    assert table.select("row_number", "reason_code").rows() == [
        (3, "duplicate_submission"),
        (4, "conflicting_submission"),
    ]


def test_identifiers_are_dropped_at_the_edge(home: Home, workbook: Callable[..., Path]) -> None:
    result = normalized(home, workbook("round1.xlsx", [HEADER, ["u1", "North", "", "", 1, 1, 1, PHONE]]))
    for path in result.folder.glob("*.parquet"):
        assert PHONE not in str(pl.read_parquet(path).to_dicts())


def test_an_unknown_column_is_reported_and_an_identifier_blocks(home: Home, workbook: Callable[..., Path]) -> None:
    header = [*HEADER[:5], "Colour", "Phone of the household head", "Remark 1"]
    result = normalized(home, workbook("round1.xlsx", [header, ["u1", "North", "", "", 1, "red", PHONE, "x"]]))
    found = {r["code"]: r["severity"] for r in result.table("finding").iter_rows(named=True)}
    assert found["unknown_column"] == "review"
    assert found["unknown_identifier_column"] == "block"
    assert PHONE not in str(result.table("finding").to_dicts())


def test_normalizing_again_is_a_no_op_with_the_same_name(home: Home, workbook: Callable[..., Path]) -> None:
    path = workbook("round1.xlsx", [HEADER, ["u1", "North", "", "", 1, 1, 1, PHONE]])
    first = normalized(home, path)
    before = {p.name: p.stat().st_mtime_ns for p in first.folder.iterdir()}
    again = normalized(home, path)
    assert again.folder == first.folder
    assert {p.name: p.stat().st_mtime_ns for p in again.folder.iterdir()} == before
