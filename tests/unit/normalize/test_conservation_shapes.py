"""The conservation law over generated deliveries of every shape, and over all real ones: rows, people, parts, repeat sheets.

What was delivered is counted here by a reader of the test's own, on plain Python rows.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.normalize.conftest import Bench, law
from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import Normalized, normalize
from warehouse.settings import Home

COMMON = """
unique: uuid
drop: [{reason: test_submission, field: test, equals: ['yes']}]
sheets:
  - name: main
    patterns: [data]
"""
COLUMNS = """
      - {field: uuid, labels: [_uuid]}
      - {field: region, labels: [Region], required: true}
      - {field: district, labels: [District]}
      - {field: test, labels: [Test]}
      - {field: phone, labels: [Phone], column_class: identifier}
"""
WIDE = f"""{COMMON}    columns: {COLUMNS}
      - {{field: idp, labels: [IDPs], type: count, required: true, missing: ['999'], measure: {{category: idp}}}}
      - {{field: hh, labels: [Households], type: count, measure: {{category: idp, unit: households}}}}
      - {{field: year, pattern: 'came in (?P<item>\\d{{4}})', type: count, measure: {{category: idp, dimension: year, item: '{{item}}'}}}}
    groups:
      - {{name: g, count: 2, item_labels: ['Country {{n}}'], item_type: country, value_labels: ['From {{n}}'],
         measure: {{category: idp, dimension: country}}}}
  - name: child
    patterns: [child]
    role: repeat
    measure: {{category: idp, dimension: origin, item_field: origin, value_field: people}}
    columns: [{{field: origin, labels: [Origin]}}, {{field: people, labels: [People], type: count, required: true}}]
"""
LONG = f"""{COMMON}    columns: {COLUMNS}
      - {{field: category, labels: [Category], type: choice, options: category}}
      - {{field: sex, labels: [Sex], type: choice, options: sex}}
      - {{field: people, labels: [People], type: count, required: true}}
    measure: {{category_field: category, sex_field: sex, dimension: total, value_field: people}}
code_lists:
  category: [{{code: idp, labels: [IDP]}}, {{code: returned, labels: [Back]}}]
  sex: [{{code: male, labels: [M]}}, {{code: female, labels: [F]}}]
"""
HEAD = ["_uuid", "Region", "District", "Test", "Phone"]
COUNTS = ["IDPs", "Households", "Came in 2023", "Came in 2024", "Country 1", "From 1", "Country 2", "From 2", "_index"]
CLEAN = {"1 200": 1200, "12.0": 12, "٣": 3, "1,234,567": 1234567, "\u200f7": 7}
DIRT = ["", "-", "3.5", "-4", "many", "#N/A", "1e9", "🙂", "12,5", "nan"]

count = st.one_of(st.integers(0, 998), st.integers(0, 998), st.sampled_from([*CLEAN, *DIRT]))
place = st.tuples(
    st.sampled_from(["u1", "u2", "u3", ""]), st.sampled_from(["North", "Юг", "Total", "", "#REF!"]), st.sampled_from(["D1", "Итого", ""]),
    st.sampled_from(["", "yes"]), st.just("+996555010203"),
).map(list)  # fmt: skip
country = st.sampled_from(["RUS", "Казахстан", "Atlantis", ""])
noise = st.sampled_from([[], ["Source: x"], ["Region"], ["", "Total"]])


def rows_of(*cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[list[Any]]]:
    row = st.tuples(place, *cells).map(lambda t: [*t[0], *t[1:]])
    return st.lists(st.one_of(row, row, row, noise), min_size=1, max_size=9)


def number(cell: Any) -> int:
    return cell if isinstance(cell, int) else CLEAN.get(cell, 0)


def normalized(codebook: str, rows: list[list[Any]], **more: list[list[Any]]) -> Normalized:
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, MTM_OPERATIONS=f"{folder}/operations"):
        bench = Bench(Path(folder))
        bench.codebook(codebook)
        done = bench.deliver(rows, **more)
        tables = {name: done.table(name) for name in ("conservation", "population", "rejected", "assessment")}
    return mock.Mock(spec=Normalized, table=tables.__getitem__)


def filled(rows: list[list[Any]]) -> list[int]:
    return [i for i, row in enumerate(rows, 2) if any(cell != "" for cell in row)]


@settings(max_examples=25, deadline=None)
@given(rows_of(count, count, count, count, country, count, country, count, st.sampled_from([1, 2, 3, ""])),
       st.lists(st.tuples(st.sampled_from([1, 2, 3, 9, ""]), st.sampled_from(["A", ""]), count).map(list), max_size=5))  # fmt: skip
def test_wide_with_groups_and_repeats(rows: list[list[Any]], children: list[list[Any]]) -> None:
    done = normalized(WIDE, [[*HEAD, *COUNTS], *rows], child=[["_parent_index", "Origin", "People"], *children])
    seen = law(done)
    assert seen["rows"][0] == len(filled(rows))
    assert seen.get("rows.child", (0,))[0] == len(filled(children))
    told = done.table("rejected")
    aside = set(
        told.filter(
            pl.col("reason_code").str.contains("total_row|note_row|repeated_header") & (pl.col("sheet") == "data")
        )["row_number"]
    )
    people = Counter(
        {"idp.individuals": 0, "idp.households": 0, "idp.individuals.year": 0, "idp.individuals.country": 0}
    )
    for n, row in enumerate(rows, 2):
        if len(row) > 5 and n not in aside:
            people += Counter({"idp.individuals": number(row[5]), "idp.households": number(row[6])})
            people += Counter({"idp.individuals.year": number(row[7]) + number(row[8])})
            people += Counter({"idp.individuals.country": number(row[10]) + number(row[12])})
    assert {name: seen.get(name, (0,))[0] for name in people} == dict(people)
    assert seen.get("idp.individuals.origin", (0,))[0] == sum(number(row[2]) for row in children)
    numbers = [*done.table("assessment")["row_number"], *told.filter(pl.col("sheet") == "data")["row_number"]]
    assert sorted(numbers) == filled(rows)


@settings(max_examples=20, deadline=None)
@given(rows_of(st.sampled_from(["IDP", "Back", "Guest", ""]), st.sampled_from(["", "M", "F", "?"]), count))
def test_long(rows: list[list[Any]]) -> None:
    done = normalized(LONG, [[*HEAD, "Category", "Sex", "People"], *rows])
    seen = law(done)
    assert seen["rows"][0] == len(filled(rows))
    told = done.table("rejected")
    aside = set(told.filter(pl.col("reason_code").str.contains("total_row|note_row|repeated_header"))["row_number"])
    whole = sum(number(row[7]) for n, row in enumerate(rows, 2) if len(row) > 5 and n not in aside)
    assert sum(delivered for name, (delivered, _, _) in seen.items() if "individuals" in name) == whole
    accepted = int(done.table("population")["value"].sum())
    assert sum(kept for name, (_, kept, _) in seen.items() if "individuals" in name) == accepted


def test_words_for_missing_may_be_figures(bench: Bench) -> None:
    bench.codebook(WIDE)
    done = bench.deliver([["Region", "IDPs", "Households"], ["North", 999, 3], ["South", 5, 999]])
    status = {(r["row_id"], r["unit"]): r["value_status"] for r in done.table("population").iter_rows(named=True)}
    assert status["0000002", "individuals"] == "missing"
    assert status["0000003", "households"] == "reported"
    assert law(done)["idp.individuals"] == (5, 5, 0)


@pytest.mark.real
def test_all_real_deliveries_keep_the_law_and_have_no_unknown_column(deliveries: Path, home: Home) -> None:
    for path in sorted(deliveries.glob("n*/*.xls*")) + sorted(deliveries.glob("mli/*.xlsx")):
        done = normalize(home, Vault(home).receive(path).delivery)
        seen = law(done)
        assert seen["rows"][2] == 0, path.name
        assert seen["idp.individuals"][0] > 0
        columns = done.table("column_map")
        assert columns.filter(pl.col("mapping") == "unknown").is_empty(), path.name
        severe = done.table("finding").filter(pl.col("severity") == "block")
        assert severe.is_empty(), f"{path.name}: {severe['code'].to_list()}"
