"""Rows of another round inside a delivery: a few are rejected and named, many are refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.normalize.conftest import Bench, findings, reasons
from warehouse.codebooks.round_column import told_round
from warehouse.errors import UnreadableDelivery

SHEETS = """
sheets:
  - name: idp
    patterns: ['*data*']
    columns:
      - {field: region, labels: [Province], required: true}
      - {field: wave, labels: [Round], type: code}
      - {field: idp, labels: [IDPs], type: count, required: true, measure: {category: idp}}
"""
HEADER: list[Any] = ["Province", "Round", "IDPs"]


def rows(count: int, *odd: Any) -> list[list[Any]]:
    """A table of round 4 whose last rows have other things in the cell of their round."""
    cells = [4] * (count - len(odd)) + list(odd)
    return [HEADER, *([("North", "South", "East", "West")[i % 4], c, 10] for i, c in enumerate(cells))]


@pytest.fixture
def by_column(bench: Bench) -> Bench:
    """A codebook whose round stands in the rows."""
    bench.codebook(SHEETS)
    path = bench.folder / "operations" / "t" / "codebooks" / "t.yml"
    text = path.read_text()
    path.write_text(text.replace("{file_name: 'round[ _-]*0*(\\d+)'}", "{field: wave}"))
    assert "{field: wave}" in path.read_text()
    return bench


@pytest.mark.parametrize("cell", [5, 9_000_417, "five", "3-4", "4.5", "-4", "TRUE", "2024-03-04", "😀"])
def test_a_row_of_another_round_is_rejected_and_counted(by_column: Bench, cell: Any) -> None:
    done = by_column.deliver(rows(40, cell))
    assert done.round_key == "t-baseline-r04"
    assert reasons(done) == {41: "foreign_round_row"}
    assert findings(done)["foreign_round_row"] == "block"
    assert done.counts()["people_accepted"] == 390
    assert done.counts()["people_rejected"] == 10


@pytest.mark.parametrize("cell", ["4", "04", "4.0", "Round 4", " 4 "])
def test_ways_to_write_the_same_round(by_column: Bench, cell: str) -> None:
    done = by_column.deliver(rows(40, cell))
    assert not reasons(done)
    assert set(findings(done)) == {"same_row_twice"}


def test_a_row_that_tells_no_round_is_named(by_column: Bench) -> None:
    done = by_column.deliver(rows(40, ""))
    assert not reasons(done)
    assert findings(done)["round_missing"] == "review"


def test_many_strangers_are_refused_and_rows_are_named(by_column: Bench) -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        by_column.deliver(rows(40, 5, 5, 5))
    assert caught.value.code == "mixed_rounds"
    assert "rows 39, 40, 41" in caught.value.where
    assert "and 32 more" in caught.value.where


def test_a_pattern_says_where_the_number_stands() -> None:
    assert told_round("Phase 2, round 7", r"round (\d+)") == 7
    assert told_round("Phase 2", r"round (\d+)") is None


def test_a_row_that_stands_twice_is_told(by_column: Bench) -> None:
    table = [HEADER, ["North", 4, 10], ["South", 4, 12], ["North", 4, 10], ["North", 4, 11]]
    found = by_column.deliver(table).table("finding").select("code", "severity", "row_number").rows()
    assert found == [("same_row_twice", "review", 4)]
