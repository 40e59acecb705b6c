"""What is made from the catalogue says what it says: seed, metrics, dictionary; and the metrics count nobody twice."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from warehouse.indicators.dictionary import COLUMNS, dictionary_markdown, rows
from warehouse.indicators.generated import FILES, stale
from warehouse.indicators.load import common_entries
from warehouse.indicators.marts import marts
from warehouse.indicators.metrics import measure_metas, survey_indicators
from warehouse.settings import DBT_PROJECT

SEMANTIC = DBT_PROJECT / "models" / "semantic"
NO_METRIC = {
    "returns_change": "two years of one round: a query on mart_returns_by_year",
    "reasons": "a person may have several reasons: people of two are never added up",
    "share_of_country": "a share of one place: shares of two levels are never added up",
    "place_rank": "a rank is no sum",
    "per_1000_residents": "residents are repeated for each category: a rate is of one place",
}


def read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((SEMANTIC / name).read_text(encoding="utf-8"))
    return data


def test_the_generated_files_are_not_stale() -> None:
    assert [path.name for path in stale()] == [], "run: mtm indicators seeds"


def test_a_stale_file_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_text("population_category\n", encoding="utf-8")
    monkeypatch.setattr("warehouse.indicators.generated.FILES", {old: next(iter(FILES.values()))})
    assert stale() == [old]


def test_every_indicator_has_its_metrics_and_every_metric_its_indicator() -> None:
    metrics = read("metrics.yml")["metrics"]
    named = {m["config"]["meta"]["indicator"] for m in metrics if "indicator" in m["config"]["meta"]}
    parts = {m["config"]["meta"]["part_of"] for m in metrics if "part_of" in m["config"]["meta"]}
    catalogue = {e.code for e in common_entries() if not e.question} | {i.code for _, i in survey_indicators()}
    assert named == catalogue - set(NO_METRIC)
    assert parts <= named and set(NO_METRIC) <= catalogue
    names = {e.code: e for e in common_entries()}
    for m in (m for m in metrics if m["config"]["meta"].get("indicator") in names):
        entry = names[m["config"]["meta"]["indicator"]]
        assert entry.name and entry.definition
        assert m["label"].startswith(entry.name.en) and m["description"] == entry.definition.en
    assert len({m["name"] for m in metrics}) == len(metrics)


def test_no_metric_adds_a_total_to_its_parts_or_two_levels() -> None:
    metas, metrics = measure_metas(), read("metrics.yml")["metrics"]
    for m in (m for m in metrics if m["type"] == "simple"):
        measure = m["type_params"]["measure"]
        said = dict(re.findall(r"Dimension\('(\w+)'\) \}\} = (\S+)", measure["filter"]))
        assert set(metas[measure["name"]]["fixed"]) <= set(said), m["name"]
        assert any(key.endswith(("__place_level", "__domain_type")) for key in said), m["name"]
    stocks = [m for m in metrics if m["name"].startswith("stock_")]
    assert len(stocks) == 16  # eight categories, for the country and for level 1
    for m in stocks:
        assert "population__sex') }} = 'all'" in m["type_params"]["measure"]["filter"]


def test_every_measure_keeps_to_the_latest_round() -> None:
    models = read("semantic_models.yml")["semantic_models"]
    for model in (m for m in models if m.get("measures")):
        columns = {c.name for c in marts()[re.findall(r"'(\w+)'", model["model"])[0]].columns}
        for measure in model["measures"]:
            assert measure["non_additive_dimension"] == {
                "name": "round_day",
                "window_choice": "max",
                "window_groupings": ["round_series"],
            }
        for part in [*model["dimensions"], *model["measures"], *model["entities"]]:
            used = set(re.findall(r"[a-z_0-9]+", re.sub(r"'[^']*'", "", part.get("expr", part["name"])))) & {
                c for m in marts().values() for c in (x.name for x in m.columns)
            }
            assert used and used <= columns, f"{model['name']}: {part['name']}"


def test_the_calendar_has_every_day_once() -> None:
    sql = (SEMANTIC / "time_spine_day.sql").read_text(encoding="utf-8")
    found = duckdb.sql(
        f"select count(*), count(distinct date_day), min(date_day), max(date_day) from ({sql})"
    ).fetchall()[0]
    days = (date(2040, 12, 31) - date(2015, 1, 1)).days + 1
    assert found == (days, days, date(2015, 1, 1), date(2040, 12, 31))


def test_the_seed_has_the_names_of_the_catalogue() -> None:
    with (DBT_PROJECT / "seeds" / "population_categories.csv").open(encoding="utf-8", newline="") as file:
        found = {r["population_category"]: r for r in csv.DictReader(file)}
    assert {c: r["link_type"] for c, r in found.items() if r["link_type"]} == {
        "returned": "return", "emigrant": "destination", "international": "nationality"}  # fmt: skip
    assert found["returned"]["category_name_ky"] == "Кайтып келген мигранттар" and all(
        r["definition_ky"] for r in found.values()
    )


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "Returned migrants"), ("ru", "Вернувшиеся мигранты"), ("ky", "Кайтып келген мигранттар")]
)
def test_the_dictionary_has_every_indicator_mart_and_column(lang: Any, word: str) -> None:
    page = dictionary_markdown(lang)
    assert word in page
    for mart in marts().values():
        assert f"### {mart.name}\n" in page and all(f"| `{c.name}`" in page for c in mart.columns)
    for entry in common_entries():
        assert f"(`{entry.code}`)" in page, entry.code
    table = rows(lang, own=True)
    assert all(len(row) == len(COLUMNS) for row in table)
    assert sum(row[0] == "column" for row in table) == sum(len(m.columns) for m in marts().values())
