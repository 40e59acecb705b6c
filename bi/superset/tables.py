"""Datasets in Superset's format: columns with the catalogue's titles and descriptions, metrics that can't add up wrongly.

The empty marts that SQL is tried on belong here too: they tell the columns and types of a dataset without a release.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from bi.superset.recipe import Dataset, stable
from warehouse.indicators.columns import FILE, column_titles
from warehouse.indicators.marts import Mart, marts

DATABASE = "MTM releases"
NUMBERS = ("INT", "DOUBLE", "DECIMAL", "FLOAT", "HUGEINT")


@cache
def empty_marts() -> Any:
    """A DuckDB in memory that holds every mart without a row: SQL that runs here runs on every release."""
    import duckdb

    con = duckdb.connect()
    con.execute("CREATE SCHEMA marts")
    for mart in marts().values():
        columns = ", ".join(f'"{c.name}" {c.data_type or "VARCHAR"}' for c in mart.columns)
        con.execute(f'CREATE TABLE marts."{mart.name}" ({columns})')
    return con


@cache
def shape(sql: str) -> dict[str, str]:
    """Columns and types of a query on the marts. An error of DuckDB where it names a column that no mart has."""
    return {name: kind for name, kind, *_ in empty_marts().execute(f"DESCRIBE {sql}").fetchall()}


def of_mart(mart: Mart) -> dict[str, Any]:
    """A mart as it is. Its only metric counts rows: what may be added up is the business of the dashboards' datasets."""
    names = {c.name: c.data_type or "VARCHAR" for c in mart.columns}
    title = column_titles().marts[mart.name].en if FILE.exists() and mart.name in column_titles().marts else mart.name
    described = {c.name: c.description for c in mart.columns}
    return _dataset(mart.name, f"{title}. {mart.description}", names, described, [_metric("rows", "COUNT(*)", "Rows")])


def of_recipe(name: str, recipe: Dataset) -> dict[str, Any]:
    """A dataset of the dashboards: SQL, with the descriptions of the marts that it reads."""
    described = {c.name: c.description for mart in reversed(recipe.sources) for c in marts()[mart].columns}
    metrics = [
        _metric(
            f"one_{column}",
            f"CASE WHEN COUNT(*) = 1 THEN MAX({column}) END",
            title,
            "Shown only where the cell holds one row: nothing is added up",
        )
        for column, title in recipe.one.items()
    ]
    metrics += [_metric(key, metric.sql, metric.title) for key, metric in recipe.metrics.items()]
    metrics.append(_metric("rows", "COUNT(*)", "Rows"))
    return _dataset(name, recipe.title, shape(recipe.sql), described | recipe.columns, metrics, recipe.sql)


def _dataset(
    name: str,
    about: str,
    names: dict[str, str],
    described: dict[str, str],
    metrics: list[dict[str, Any]],
    sql: str | None = None,
) -> dict[str, Any]:
    return {
        "table_name": name,
        "description": about,
        "main_dttm_col": None,
        "default_endpoint": None,
        "offset": 0,
        "cache_timeout": None,
        "catalog": None,
        "schema": "marts",
        "sql": sql,
        "params": None,
        "template_params": None,
        "filter_select_enabled": True,
        "fetch_values_predicate": None,
        "extra": None,
        "normalize_columns": False,
        "always_filter_main_dttm": False,
        "uuid": stable("dataset", name),
        "metrics": metrics,
        "columns": [_column(column, kind, described.get(column, "")) for column, kind in names.items()],
        "version": "1.0.0",
        "database_uuid": stable("database", DATABASE),
    }


def _column(name: str, kind: str, description: str) -> dict[str, Any]:
    return {
        "column_name": name,
        "verbose_name": verbose(name),
        "is_dttm": kind.upper().startswith(("DATE", "TIMESTAMP")),
        "is_active": True,
        "type": kind.upper(),
        "groupby": True,
        "filterable": True,
        "expression": None,
        "description": description,
        "python_date_format": None,
        "extra": None,
    }


def verbose(name: str) -> str:
    """What a column is called: the catalogue's title, else its name in words."""
    if FILE.exists() and name in column_titles().columns:
        return column_titles().columns[name].title.en
    words = name.removesuffix("_text").removesuffix("_en").replace("_", " ")
    words = f"{words[:-3]} ({words[-2:].upper()})" if words.endswith((" ru", " ky")) else words
    return words[:1].upper() + words[1:]


def _metric(name: str, sql: str, title: str, description: str = "") -> dict[str, Any]:
    return {
        "metric_name": name,
        "verbose_name": title,
        "metric_type": None,
        "expression": sql,
        "description": description or None,
        "d3format": None,
        "currency": None,
        "extra": None,
        "warning_text": None,
    }
