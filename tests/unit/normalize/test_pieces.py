"""A large sheet is judged in pieces: wherever it is cut, the tables are those of the sheet judged at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.toy import write_toy
from warehouse.codebooks.recognise import Declared, Recognised, recognise
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.vault import Delivery
from warehouse.normalize import pieces
from warehouse.normalize.canonical import canonical_tables
from warehouse.normalize.findings import Findings
from warehouse.normalize.output import Output
from warehouse.normalize.pieces import Habits, pieces_of, rows_of
from warehouse.operations import load_operation
from warehouse.settings import Home

HEADER = ["_uuid", "Round", "Region", "Region code", "District", "Test", "Displaced people", "Displaced households",
          "displaced in 2022", "displaced in 2023", "Contact phone", "remark"]  # fmt: skip
WRONG = {3: "1,234", 61: "1,234,567", 44: "many", 90: "-5", 130: "", 177: "12.5"}  # in the column of people


def _row(i: int) -> list[str]:
    """Rows as they come from the field: repeated submissions, tests, blanks, a total of all, counts that are none."""
    people = WRONG.get(i, str(10 + i % 7))
    uuid = f"u{i}"
    total = "3.0" if i % 11 == 0 else str(i % 5)
    return [uuid, "3", f"Region {i % 4}", f"R{i % 4}", f"District {i % 17}", "yes" if i % 50 == 9 else "no", people, total,
            str(i % 3), "n/a" if i % 13 == 0 else "2", f"+996 000 {i:06d}", ""]  # fmt: skip


@cache
def _rows() -> list[list[str]]:
    rows = [_row(i) for i in range(240)]
    rows[110] = rows[40]  # sent twice
    rows[150] = [*rows[80][:6], "999", *rows[80][7:]]  # the same submission, and not the same contents
    rows.insert(200, [""] * len(HEADER))
    return [
        HEADER,
        *rows,
        ["", "", "All figures of this table are provisional and may change.", *[""] * (len(HEADER) - 3)],
    ]


Make = Callable[[int], dict[str, pl.DataFrame]]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Cells that are judged at once → the canonical tables."""
    folder = tmp_path_factory.mktemp("pieces")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(write_toy(folder).parent))
        patch.setenv("MTM_KEY", "a key")
        found = recognise([RawSheet("data", _rows())], "round 3.csv", Declared("toy", "baseline"))
        operation = load_operation("toy")
    home, delivery = Home(folder / "home"), _delivery(found)

    def make(cells: int) -> dict[str, pl.DataFrame]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MTM_OPERATIONS", str(folder / "operations"))
            patch.setenv("MTM_KEY", "a key")
            patch.setattr(pieces, "MOST_CELLS", cells)
            return canonical_tables(found, delivery, operation, home)

    return make


def _delivery(found: Recognised) -> Delivery:
    return Delivery(found.round_key, "toy", "baseline", 3, "d", 1, None, "round 3.csv", "0" * 64, 1, "", "file",
                    found.codebook.codebook, False, "", [])  # fmt: skip


def test_the_sheet_of_this_test_has_what_pieces_could_lose(tables: Make) -> None:
    whole = tables(10**9)
    assert set(whole["rejected"]["reason_code"]) >= {
        "duplicate_submission", "conflicting_submission", "test_submission", "negative_count", "not_a_whole_number", "note_row",
    }  # fmt: skip
    assert whole["population"].filter(pl.col("delivered_value") == "1,234")["value"].to_list() == [
        1234
    ]  # 1,234,567 tells
    assert "blank_rows" in whole["finding"]["code"].to_list()


@settings(max_examples=4, deadline=None, derandomize=True)
@given(rows=st.integers(40, 120))
def test_tables_do_not_depend_on_where_a_sheet_is_cut(tables: Make, rows: int) -> None:
    whole, cut = tables(10**9), tables(rows * len(HEADER))
    for name, table in whole.items():
        keys = table.columns
        assert cut[name].schema == table.schema
        assert cut[name].sort(keys, nulls_last=True).equals(table.sort(keys, nulls_last=True)), name


def test_pieces_cover_every_row_once(monkeypatch: pytest.MonkeyPatch, tables: Make) -> None:
    monkeypatch.setattr(pieces, "MOST_CELLS", 50 * len(HEADER))
    match = recognise_match()
    parts = pieces_of(match)
    numbers = [n for part in parts for n in range(part.shift + part.first_row + 1, part.shift + part.raw.height + 1)]
    assert numbers == list(range(match.first_row + 1, match.raw.height + 1)) and len(parts) > 3
    assert [part.piece.is_last for part in parts if part.piece] == [False] * (len(parts) - 1) + [True]
    assert parts[0].raw is not parts[0].raw, "a piece that is kept would stand beside the sheet in memory"
    assert [part.shift for part in parts[1:3]] == [parts[1].shift, parts[2].shift] and parts[-1].piece == list(parts)[
        -1
    ].piece
    assert parts[2].raw.texts(0) == HEADER and parts[2].raw.texts(1) == _rows()[parts[2].shift + 1]
    assert rows_of(match, [3, 5]).raw.texts(2) == _rows()[4]


def recognise_match():  # type: ignore[no-untyped-def]
    """The match of the sheet alone."""
    import yaml

    from tests.toy import TOY
    from warehouse.codebooks.match import match_sheet
    from warehouse.codebooks.model import Codebook

    book = Codebook.model_validate(yaml.safe_load(TOY["codebooks/baseline.yml"]))
    return match_sheet(book, book.sheets[0], RawSheet("data", _rows()), 3)


def test_habits_of_a_column_are_told_by_all_of_its_rows() -> None:
    habits = Habits(recognise_match())
    assert habits.style(6)[","] == "thousands"
    assert habits.order(6) is None


def test_findings_of_pieces_are_one_finding_of_all_their_rows() -> None:
    whole, scratch = Findings("toy-baseline-r03", "f"), Findings("toy-baseline-r03", "f")
    scratch.add("a", "note", "said twice", sheet="s", row_number=4, rows=2, people=1)
    scratch.add("a", "note", "said twice", sheet="s", row_number=9, rows=3)
    scratch.add("b", "note", "{n} names", distinct=frozenset({"x", "y"}), rows=2)
    scratch.add("b", "note", "{n} names", distinct=frozenset({"y", "z"}), rows=1)
    whole.take_over(scratch)
    said = whole.frame().select("what", "row_number", "rows", "people").rows()
    assert said == [("said twice", 4, 5, 1), ("3 names", None, 3, None)]


def test_a_table_that_grows_goes_to_files_and_comes_back_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.normalize.output.SPILL", 1000)
    out, parts = Output(tmp_path), []
    for i in range(5):
        parts.append(pl.DataFrame({"round_key": ["r"] * 500, "place_code": [f"{i}-{j}" for j in range(500)]}))
        out.add("place", parts[-1])
    assert list(tmp_path.glob(".place.*"))
    assert out.frame("place").equals(pl.concat(parts))
    out.write(tmp_path)
    assert pl.read_parquet(tmp_path / "place.parquet").equals(pl.concat(parts))
    assert not list(tmp_path.glob(".place.*"))


def test_short_texts_count_by_what_they_take_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.normalize.output.SPILL", 16 * 500)  # the letters alone are 500 bytes
    out = Output(tmp_path)
    out.add("place", pl.DataFrame({"round_key": ["r"] * 500}))
    assert list(tmp_path.glob(".place.*"))
