"""The dashboards as code: what lies in the tree is what the recipes say, and every query runs on the marts."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import duckdb
import pytest
import yaml

from bi.superset import recipe, tables, write
from bi.superset.recipe import HERE, Chart
from warehouse.indicators.marts import marts
from warehouse.operation_files import LOADER
from warehouse.serving.charts.palette import palette
from warehouse.settings import PROJECT

# One row of every mart, so that expressions are worked out and not only bound; keys are alike, so that joins meet.
SAMPLES = {
    "INTEGER": "1",
    "BIGINT": "1",
    "DOUBLE": "0.5",
    "BOOLEAN": "true",
    "DATE": "DATE '2024-01-01'",
    "TIMESTAMP": "TIMESTAMP '2024-01-01'",
}
CHARTS = [(board, key, chart) for board, one in recipe.dashboards().items() for key, chart in one.charts.items()]


@pytest.fixture(scope="module")
def one_row() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("CREATE SCHEMA marts")
    for mart in marts().values():
        columns = ", ".join(f'"{c.name}" {c.data_type}' for c in mart.columns)
        values = ", ".join(SAMPLES.get(c.data_type.upper(), "'x'") for c in mart.columns)
        con.execute(f"CREATE TABLE marts.{mart.name} ({columns})")
        con.execute(f"INSERT INTO marts.{mart.name} VALUES ({values})")
    return con


@pytest.fixture(scope="module")
def assets() -> dict[str, dict[str, Any]]:
    return {name: yaml.load(text, Loader=LOADER) for name, text in write.present().items()}


def metric(dataset: str, name: str) -> str:
    found = recipe.datasets()[dataset]
    if name.startswith("one_"):
        assert name.removeprefix("one_") in found.one, f"{dataset} has no {name}"
        return f"CASE WHEN COUNT(*) = 1 THEN MAX({name.removeprefix('one_')}) END"
    return found.metrics[name].sql


def query(chart: Chart) -> str:
    """What the chart asks, without its filters' values: every column and measure, grouped where it groups."""
    inner = recipe.datasets()[chart.dataset].sql
    named = ", ".join(chart.named_columns())
    wheres = [w[2] for w in chart.where if w[1] == "sql"]
    condition = f" WHERE {' AND '.join(f'({w})' for w in wheres)}" if wheres else ""
    measures = "".join(f", {metric(chart.dataset, m)}" for m in chart.metrics)
    group = " GROUP BY ALL" if chart.metrics else ""
    return f"SELECT {named}{measures} FROM ({inner}) AS asked{condition}{group}"


def test_the_assets_in_the_tree_are_those_of_the_recipes() -> None:
    wanted, there = write.written(), write.present()
    stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    assert not stale, f"run `make bi-assets`: {stale}"


@pytest.mark.parametrize(("board", "key", "chart"), CHARTS, ids=lambda x: x if isinstance(x, str) else "")
def test_the_query_of_a_chart_runs_on_the_marts(
    board: str, key: str, chart: Chart, one_row: duckdb.DuckDBPyConnection
) -> None:
    one_row.execute(query(chart)).fetchall()


def test_a_wrong_column_would_be_noticed(one_row: duckdb.DuckDBPyConnection) -> None:
    chart = recipe.dashboards()["headlines"].charts["ranking"].model_copy(update={"columns": ["place_name_xx"]})
    with pytest.raises(duckdb.BinderException):
        one_row.execute(query(chart))


def test_every_dataset_describes_every_column(assets: dict[str, dict[str, Any]]) -> None:
    datasets = {name: one for name, one in assets.items() if name.startswith("datasets/")}
    assert {one["table_name"] for one in datasets.values()} >= set(marts())
    for name, one in datasets.items():
        for column in one["columns"]:
            assert column["description"], f"{name}: {column['column_name']} has no description"
            assert column["verbose_name"]


def test_no_measure_can_add_up() -> None:
    """A measure of figures shows where its cell is one row; the others count rows or order choices."""
    for name, dataset in recipe.datasets().items():
        for key, one in dataset.metrics.items():
            assert not re.search(r"\b(SUM|AVG|MEAN)\s*\(", one.sql.upper()), f"{name}.{key}"
    for board, key, chart in CHARTS:
        assert all(m.startswith("one_") for m in chart.metrics), f"{board}: {key} draws a measure that may join rows"


def test_a_cell_of_several_rows_shows_nothing(one_row: duckdb.DuckDBPyConnection) -> None:
    sql = metric("population_of_places", "one_individuals")
    assert one_row.execute(f"SELECT {sql} FROM (SELECT 7 AS individuals)").fetchone() == (7,)
    assert one_row.execute(f"SELECT {sql} FROM (VALUES (7), (7)) AS t(individuals)").fetchone() == (None,)


def test_totals_and_parts_never_meet() -> None:
    """Whatever reads mart_population for people takes totals over sex and age only."""
    for name, dataset in recipe.datasets().items():
        if "p.individuals" in dataset.sql and "mart_population" in dataset.sql:
            assert "sex = 'all'" in dataset.sql, name
            assert "age_group = 'all'" in dataset.sql, name


def test_every_chart_stands_on_its_dashboard_once(assets: dict[str, dict[str, Any]]) -> None:
    placed = Counter(
        item["meta"]["uuid"]
        for name, one in assets.items()
        if name.startswith("dashboards/")
        for item in one["position"].values()
        if isinstance(item, dict) and item.get("type") == "CHART"
    )
    assert placed == Counter(one["uuid"] for name, one in assets.items() if name.startswith("charts/"))


def test_identifiers_are_unique_and_references_meet(assets: dict[str, dict[str, Any]]) -> None:
    uuids = [one["uuid"] for name, one in assets.items() if name != "metadata.yaml"]
    assert len(uuids) == len(set(uuids))
    for name, one in assets.items():
        for key in ("dataset_uuid", "database_uuid"):
            assert one.get(key) is None or one[key] in uuids, f"{name}: {key}"
    for board in recipe.dashboards().values():
        assert set(board.filters) <= set(recipe.filters())
        assert set(board.unfiltered) <= set(board.charts)
        assert {key for row in board.rows for key, _, _ in row} == set(board.charts)
        assert all(sum(width for _, width, _ in row) == 12 for row in board.rows)


@pytest.mark.parametrize("name", sorted(recipe.filters()))
def test_a_filter_reaches_only_charts_that_have_its_column(name: str) -> None:
    one = recipe.filters()[name]
    assert one.column in tables.shape(recipe.datasets()[one.dataset].sql)
    for board in recipe.dashboards().values():
        for key, chart in board.charts.items():
            if name in board.filters and name not in board.unfiltered.get(key, []):
                assert one.column in tables.shape(recipe.datasets()[chart.dataset].sql), f"{key} has no {one.column}"


def test_templates_ask_for_what_the_chart_asks() -> None:
    for board, key, chart in CHARTS:
        if chart.kind == "html":
            text = (HERE / "templates" / chart.template).read_text(encoding="utf-8")
            asked = set(re.findall(r"\{\{(?:#if )?(\w+)\}\}", text)) - {"else"}
            missing = asked - set(chart.columns) - {"informants_text", "respondents_text"}
            assert not missing, f"{board}: {key} shows {missing}"


def test_the_database_is_read_only_and_no_path_is_written() -> None:
    text = "\n".join(write.present().values())
    safe = write.database()["extra"]["engine_params"]["connect_args"]
    assert safe["read_only"] is True
    assert safe["config"]["enable_external_access"] == "false"
    assert str(PROJECT) not in text
    assert "password" not in text.lower()


def test_the_colours_are_those_of_everything_handed_out() -> None:
    settings = (HERE / "superset_config.py").read_text(encoding="utf-8")
    for colour in (*palette().series, *palette().ramp("returned")):
        assert colour in settings


def test_superset_is_pinned_as_a_whole() -> None:
    lines = [
        line for line in (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
    ]
    assert all("==" in line for line in lines)
    assert {"apache-superset==6.1.0", "duckdb==1.5.6", "duckdb-engine==0.17.0", "flask-caching==2.3.1"} <= set(lines)
    assert not re.search(r"https?://", "\n".join(lines))
