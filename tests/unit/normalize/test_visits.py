"""What was not asked is not a missing total; wrong clocks and sites that stand twice are noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.normalize.conftest import Bench
from warehouse.codebooks.recognise import Declared
from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import Normalized, normalize
from warehouse.settings import Home

BOOK = """
codebook: toy-baseline
operation: toy
component: baseline
row_grain: site
round_number: [{field: round_number, pattern: 'b\\d_0*(\\d+)'}]
places: {scheme: names, levels: [{level: 1, name_field: admin1_name}]}
sheets:
  - name: main
    columns:
      - {field: round_number, labels: [Round], required: true}
      - {field: admin1_name, labels: [Region], required: true}
      - {field: site_name, labels: [Site]}
      - {field: interview_date, labels: [Date], type: date}
      - {field: has_idps, labels: [Any], type: choice, options: yes_no}
      - {field: idp, labels: [IDPs], type: count, required: true, measure: {category: idp}, relevant: {has_idps: ['yes']}}
code_lists: {yes_no: [{code: 'yes', labels: [Oui]}, {code: 'no', labels: [Non]}]}
"""
HEADER = ["Round", "Region", "Site", "Date", "Any", "IDPs"]


@pytest.fixture
def taken(toy: Path, home: Home, workbook: Callable[..., Path]) -> Callable[[list[list[object]]], Normalized]:
    (toy / "codebooks" / "baseline.yml").write_text(BOOK, encoding="utf-8")
    (toy / "rounds.yml").write_text(
        "rounds: [{component: baseline, number: 1, fieldwork_start: 2024-11-01, fieldwork_end: 2024-11-30}]",
        encoding="utf-8",
    )

    def take(rows: list[list[object]]) -> Normalized:
        path = workbook("survey.xlsx", [HEADER, *rows])
        return normalize(home, Vault(home).receive(path, Declared("toy")).delivery)

    return take


def test_a_total_that_was_not_asked_is_no_reason_to_reject(taken: Callable[..., Normalized]) -> None:
    done = taken([
        ["B2_01", "North", "A", "2024-11-05", "yes", 7],
        ["B2_01", "North", "B", "2024-11-05", "Non", ""],   # not asked
        ["B2_01", "North", "C", "2024-11-05", "yes", ""],   # asked, and blank
        ["B2_01", "North", "D", "2024-11-05", "NG002", ""],  # no answer of the gate: proves nothing
        ["B2_01", "North", "E", "2024-11-05", "", ""],
    ])  # fmt: skip
    rejected = done.table("rejected")
    assert rejected.select("row_number", "reason_code").rows() == [(4, "no_total"), (5, "no_total"), (6, "no_total")]
    assert done.counts()["people_accepted"] == 7
    assert done.table("population")["value_status"].to_list() == ["reported", "not_asked"]


def test_wrong_clocks_and_a_site_that_stands_twice(taken: Callable[..., Normalized]) -> None:
    done = taken([
        ["B2_01", "North", "Mpama", "2024-11-05", "yes", 7],
        ["B2_01", "North", "MPAMA ", "2024-12-05", "yes", 8],
        ["B2_01", "South", "Mpama", "2020-06-23", "yes", 9],
        ["B2_01", "South", "", "2024-11-05", "yes", 9],
        ["B2_01", "South", "", "2024-11-05", "yes", 9],
    ])  # fmt: skip
    found = done.table("finding").select("code", "severity", "row_number", "column_label").rows()
    assert ("date_outside_fieldwork", "review", 4, "Date") in found
    assert ("same_site_twice", "review", 3, "Site") in found
    assert len(found) == 2
    assert done.counts()["people_accepted"] == 42


def test_many_are_summed_up(taken: Callable[..., Normalized]) -> None:
    done = taken([["B2_01", "North", "Mpama", "2024-11-05", "yes", 1] for _ in range(31)])
    found = done.table("finding")
    assert found.height == 20
    assert found["rows"].sum() == 30


HEARD = """
sheets:
  - name: main
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: informant_count, labels: [Heard], type: count}
      - {field: total, labels: [Emigrants], type: count, required: true, measure: {category: emigrant}}
"""


@pytest.mark.parametrize(("grain", "silent"), [("informant", 1), ("site", None)])
def test_only_a_row_of_an_informant_tells_of_one_by_itself(bench: Bench, grain: str, silent: int | None) -> None:
    """How many were heard at a site is not known where the delivery does not say it: missing, not one."""
    bench.codebook(HEARD, component="bma" if grain == "informant" else "baseline", grain=grain)
    done = bench.deliver([["Region", "Heard", "Emigrants"], ["North", 3, 10], ["South", "", 5]])
    assert done.table("assessment")["informant_count"].to_list() == [3, silent]
