"""What is made harmless in SQL is what `neutral` makes harmless; CSV files say what the mart says."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.serving.package.release import FORMULAS
from warehouse.indicators.marts import marts
from warehouse.serving.neutral import neutral, plain
from warehouse.serving.package import opened
from warehouse.serving.package.indented import indented
from warehouse.serving.package.neutral_sql import neutral_sql
from warehouse.serving.package.tables import HARMLESS
from warehouse.serving.source import ReleaseSource

SQL = f"SELECT {neutral_sql('t')} FROM (SELECT unnest(?) AS t)"
BLANKS = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u180e\u2000\u200a\u200b\u200f\u2028\u2029\u202a\u202f\u205f\u2060\u2069\u3000\ufeff"
TRICKY = st.text(alphabet=BLANKS + "'=+-@＝＋－＠a1٣.,", max_size=6)
CON = duckdb.connect(":memory:")


def in_sql(texts: list[str]) -> list[str]:
    return [cell for (cell,) in CON.execute(SQL, [texts]).fetchall()]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(TRICKY, st.text(max_size=8)), min_size=20, max_size=40))
def test_sql_and_python_agree_on_every_text(texts: list[str]) -> None:
    assert in_sql(texts) == [neutral(text) for text in texts]


def test_every_first_sign_is_judged_alike() -> None:
    texts = [
        first + rest for first in map(chr, [*range(1, 0x3100), *range(0xFE00, 0x10000)]) for rest in ("=1", "", "1")
    ]
    assert in_sql(texts) == [neutral(text) for text in texts]


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_a_csv_file_has_names_tags_and_the_rows_by_key(package: Path) -> None:
    names, tags, *body = rows(package / "csv" / "mart_population.csv")
    assert names == [c.name for c in marts()["mart_population"].columns]
    assert all(tag.startswith("#") for tag in tags) and len(tags) == len(names)
    assert [row[0] for row in body] == ["v0", "v1", "v2"]
    at = names.index
    assert body[0][at("is_synthetic")] == "true" and body[1][at("is_suppressed")] == "false"
    assert body[0][at("window_start")] == "2024-10-18" and body[2][at("window_start")] == ""
    assert body[2][at("individuals")] == "" and body[2][at("is_suppressed")] == "true"  # withheld is no zero
    assert rows(package / "csv" / "mart_releases.csv")[2][2] == "2026-01-02T10:00:00Z"
    assert rows(package / "csv" / "mart_plain.csv") == [["a", "b"], ["#meta+a", "#meta+b"], ["1", ""], ["2", "'=1"]]


def test_formulas_are_harmless_and_come_back_and_numbers_stay(package: Path, release: ReleaseSource) -> None:
    seen = set()
    for mart in marts().values():
        names, _, *body = rows(package / "csv" / f"{mart.name}.csv")
        with opened(release) as con:
            order = ", ".join(mart.key) or "ALL"
            expected = con.execute(
                f"SELECT {', '.join(c.name for c in mart.columns)} FROM {mart.name} ORDER BY {order}"
            ).fetchall()
        for made, meant in zip(body, expected, strict=True):
            for name, cell, value in zip(names, made, meant, strict=True):
                if isinstance(value, str):
                    assert cell == neutral(value) and plain(cell) == value, (mart.name, name)
                    seen.add(value)
                elif isinstance(value, float):
                    assert float(cell) == value
    assert seen >= set(FORMULAS)


def test_programs_read_the_files_as_the_page_says(package: Path, release: ReleaseSource) -> None:
    with opened(release) as con:
        meant = con.execute("SELECT round_key, individuals, is_suppressed FROM mart_population ORDER BY 1").fetchall()
    path = package / "csv" / "mart_population.csv"
    frame = pl.read_csv(path, skip_rows_after_header=1, infer_schema_length=None)
    assert frame.select("round_key", "individuals", "is_suppressed").rows() == meant
    import pandas

    told = pandas.read_csv(path, skiprows=[1])
    assert told["individuals"].tolist()[:2] == [row[1] for row in meant[:2]]
    sql = f"SELECT round_key, individuals, is_suppressed FROM '{package / 'parquet' / 'mart_population.parquet'}' ORDER BY 1"
    assert duckdb.sql(sql).fetchall() == meant
    back = pl.read_parquet(package / "parquet" / "mart_population.parquet")
    assert back.select("round_key", "individuals", "is_suppressed").sort("round_key").rows() == meant


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        "ң",
        {"a": []},
        {"a": {}, "b": [1, None, True, {"c": '"\n'}]},
        [[1, 2], {"x": 1.5, "y": "я"}],
        {"a": {"b": {"c": [{}]}}},
    ],
)
def test_json_is_indented_as_by_the_library(data: object) -> None:
    assert indented(data) == json.dumps(data, ensure_ascii=False, indent=1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(TRICKY, st.text(max_size=3)).filter(lambda text: "\0" not in text), max_size=20))
def test_what_is_taken_as_harmless_is_left_as_it_is(texts: list[str]) -> None:
    asked = CON.execute(f"SELECT t, {HARMLESS.format('t')} FROM (SELECT unnest(?::VARCHAR[]) AS t)", [texts]).fetchall()
    assert [text for text, is_harmless in asked if is_harmless and neutral(text) != text] == []
