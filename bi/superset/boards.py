"""Dashboards in Superset's format: the grid of charts, the filters and what each of them reaches.

Layout only; charts are made in viz.py.
"""

from __future__ import annotations

import csv
import io
import zlib
from typing import Any

from bi.superset.recipe import HERE, Dashboard, Filter, filters, stable
from warehouse.serving.charts.palette import palette
from warehouse.settings import DBT_PROJECT

GRID = ["ROOT_ID", "GRID_ID"]


def number(dashboard: str, key: str) -> int:
    """A stand-in for the id that Superset gives a chart when it imports it; the references are mapped by it."""
    return 1 + zlib.crc32(f"{dashboard}/{key}".encode()) % 1_000_000


def dashboard(name: str, recipe: Dashboard) -> dict[str, Any]:
    """One dashboard, ready to be written. Its address ends with its slug."""
    return {
        "dashboard_title": recipe.title,
        "description": recipe.description,
        "css": (HERE / "templates" / "look.css").read_text(encoding="utf-8"),
        "slug": f"mtm-{name}",
        "certified_by": "",
        "certification_details": "",
        "published": True,
        "uuid": stable("dashboard", name),
        "position": _position(name, recipe),
        "metadata": {
            "color_scheme": "mtm",
            "cross_filters_enabled": False,
            "refresh_frequency": 0,
            "expanded_slices": {},
            "timed_refresh_immune_slices": [],
            "label_colors": colours(),
            "shared_label_colors": [],
            "native_filter_configuration": [_native(name, key, filters()[key], recipe) for key in recipe.filters],
        },
        "version": "1.0.0",
    }


def colours() -> dict[str, str]:
    """One colour for a population category wherever it appears: the palette of everything handed out."""
    seed = (DBT_PROJECT / "seeds" / "population_categories.csv").read_text(encoding="utf-8")
    names = {row["population_category"]: row["category_name_en"] for row in csv.DictReader(io.StringIO(seed))}
    return {names[code]: ink for code, ink in palette().category.items() if code in names}


def _position(name: str, recipe: Dashboard) -> dict[str, Any]:
    rows = [f"ROW-{i + 1}" for i in range(len(recipe.rows))]
    found: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": rows, "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": recipe.title}},
    }
    for row, cells in zip(rows, recipe.rows, strict=True):
        ids = [f"CHART-{key}" for key, _, _ in cells]
        found[row] = {
            "type": "ROW",
            "id": row,
            "children": ids,
            "parents": GRID,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        found |= {f"CHART-{key}": _cell(name, row, key, width, height, recipe) for key, width, height in cells}
    return found


def _cell(name: str, row: str, key: str, width: int, height: int, recipe: Dashboard) -> dict[str, Any]:
    return {
        "type": "CHART",
        "id": f"CHART-{key}",
        "children": [],
        "parents": [*GRID, row],
        "meta": {
            "chartId": number(name, key),
            "width": width,
            "height": height,
            "sliceName": recipe.charts[key].title,
            "uuid": stable("chart", f"{name}/{key}"),
        },
    }


def _native(name: str, key: str, recipe: Filter, board: Dashboard) -> dict[str, Any]:
    spared = [chart for chart in board.charts if key in board.unfiltered.get(chart, [])]
    reached = [chart for chart in board.charts if chart not in spared]
    chosen = {} if recipe.value is None else _chosen(recipe)
    return {
        "id": f"NATIVE_FILTER-{name}-{key}",
        "name": recipe.title,
        "filterType": "filter_select",
        "type": "NATIVE_FILTER",
        "description": recipe.help,
        "targets": [{"datasetUuid": stable("dataset", recipe.dataset), "column": {"name": recipe.column}}],
        "controlValues": {
            "multiSelect": False,
            "enableEmptyFilter": True,
            "defaultToFirstItem": recipe.value is None,
            "inverseSelection": False,
            "searchAllOptions": False,
            "sortAscending": recipe.first.ascending if recipe.first else True,
        },
        "sortMetric": recipe.first.metric if recipe.first else None,
        "defaultDataMask": chosen or {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "requiredFirst": recipe.value is None,
        "cascadeParentIds": [f"NATIVE_FILTER-{name}-{parent}" for parent in recipe.under if parent in board.filters],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": [number(name, chart) for chart in spared]},
        "chartsInScope": [number(name, chart) for chart in reached],
        "tabsInScope": [],
    }


def _chosen(recipe: Filter) -> dict[str, Any]:
    value = [recipe.value]
    return {
        "extraFormData": {"filters": [{"col": recipe.column, "op": "IN", "val": value}]},
        "filterState": {"value": value, "label": str(recipe.value)},
        "ownState": {},
    }
