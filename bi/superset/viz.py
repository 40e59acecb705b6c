"""Charts in Superset's format: one function for each kind of chart that the recipes use.

Which of Superset's settings a kind needs belongs here. Which figure is drawn stands in the recipes.
"""

from __future__ import annotations

import json
from typing import Any

from bi.superset.recipe import HERE, Chart, stable

TYPES = {
    "html": "handlebars",
    "bars": "echarts_timeseries_bar",
    "lines": "echarts_timeseries_line",
    "table": "table",
    "pivot": "pivot_table_v2",
    "sankey": "sankey_v2",
    "world": "world_map",
}
SERIES = ["#0b63a5", "#b34700", "#00735c", "#8a3a80", "#7a5c00", "#4a4f57"]


def chart(dashboard: str, key: str, recipe: Chart) -> dict[str, Any]:
    """One chart, ready to be written."""
    params = {
        "viz_type": TYPES[recipe.kind],
        "adhoc_filters": [_filter(w) for w in recipe.where],
        "row_limit": recipe.limit,
    }
    return {
        "slice_name": recipe.title,
        "description": None,
        "certified_by": None,
        "certification_details": None,
        "viz_type": TYPES[recipe.kind],
        "params": params | KINDS[recipe.kind](recipe),
        "query_context": None,
        "cache_timeout": None,
        "uuid": stable("chart", f"{dashboard}/{key}"),
        "version": "1.0.0",
        "dataset_uuid": stable("dataset", recipe.dataset),
    }


def _filter(where: list[Any]) -> dict[str, Any]:
    column, operator, value = where
    if operator == "sql":
        return {
            "clause": "WHERE",
            "expressionType": "SQL",
            "sqlExpression": value,
            "filterOptionName": stable("filter", value),
        }
    filled = {} if value is None else {"comparator": value}
    ids = {
        "==": "EQUALS",
        "<=": "LESS_THAN_OR_EQUAL",
        ">": "GREATER_THAN",
        "IN": "IN",
        "NOT IN": "NOT_IN",
        "IS NOT NULL": "IS_NOT_NULL",
    }
    return {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "subject": column,
        "operator": operator,
        "operatorId": ids[operator],
        "filterOptionName": stable("filter", f"{column} {operator} {value}"),
        **filled,
    }


def _order(recipe: Chart) -> list[str]:
    return [json.dumps([name.removeprefix("-"), not name.startswith("-")]) for name in recipe.order]


def _raw(recipe: Chart) -> dict[str, Any]:
    return {
        "query_mode": "raw",
        "all_columns": recipe.columns,
        "order_by_cols": _order(recipe),
        "metrics": [],
        "groupby": [],
    }


def _html(recipe: Chart) -> dict[str, Any]:
    text = (HERE / "templates" / recipe.template).read_text(encoding="utf-8")
    return _raw(recipe) | {"handlebarsTemplate": text, "styleTemplate": ""}


def _table(recipe: Chart) -> dict[str, Any]:
    looks = {column: {"showCellBars": column in recipe.bars} for column in recipe.columns}
    for column, form in recipe.formats.items():
        looks[column] |= {"d3NumberFormat": form, "horizontalAlign": "right"}
    return _raw(recipe) | {
        "column_config": looks,
        "table_timestamp_format": recipe.time,
        "show_cell_bars": len(recipe.bars) > 0,
        "color_pn": False,
        "include_search": False,
        "server_pagination": False,
        "page_length": 0,
        "allow_render_html": False,
    }


def _axes(recipe: Chart) -> dict[str, Any]:
    return {
        "x_axis": recipe.x,
        "groupby": recipe.by,
        "metrics": recipe.metrics,
        "xAxisForceCategorical": True,
        "color_scheme": "mtm",
        "show_legend": len(recipe.by) > 0 or len(recipe.metrics) > 1,
        "legendType": "scroll",
        "legendOrientation": "top",
        "rich_tooltip": True,
        "y_axis_format": recipe.format,
        "y_axis_title": recipe.y_title,
        "y_axis_title_margin": 40 if recipe.y_title else 0,
        "y_axis_title_position": "Left",
        "xAxisLabelInterval": "0",
        "xAxisLabelRotation": recipe.turned,
        "sort_series_type": "name",
        "sort_series_ascending": True,
        "x_axis_sort_series": "name",
        "x_axis_sort_series_ascending": True,
        "truncateXAxis": False,
        "truncate_metric": True,
        "stack": None,
        "only_total": False,
        "show_value": recipe.show_values or recipe.horizontal,
        "annotation_layers": [],
    }


def _bars(recipe: Chart) -> dict[str, Any]:
    by_value = recipe.sort == "value" and not recipe.by
    return _axes(recipe) | {
        "orientation": "horizontal" if recipe.horizontal else "vertical",
        "x_axis_sort": recipe.metrics[0] if by_value else recipe.x,
        "x_axis_sort_asc": True,
    }


def _lines(recipe: Chart) -> dict[str, Any]:
    return _axes(recipe) | {
        "x_axis_sort": recipe.x,
        "x_axis_sort_asc": True,
        "seriesType": "line",
        "markerEnabled": True,
        "markerSize": 8,
        "truncateYAxis": True,
        "y_axis_bounds": [0, None],
        "show_value": False,
    }


def _pivot(recipe: Chart) -> dict[str, Any]:
    shown = {
        "expressionType": "SQL",
        "sqlExpression": f"CASE WHEN COUNT(*) = 1 THEN MAX({recipe.shows}) END",
        "label": recipe.figure,
        "hasCustomLabel": True,
        "optionName": stable("metric", recipe.shows),
    }
    return {
        "groupbyRows": recipe.rows,
        "groupbyColumns": recipe.across,
        "metrics": [shown],
        "metricsLayout": "COLUMNS",
        "aggregateFunction": "First",
        "rowTotals": False,
        "colTotals": False,
        "rowSubTotals": False,
        "colSubTotals": False,
        "rowOrder": "key_a_to_z",
        "colOrder": "key_a_to_z",
        "valueFormat": ",d",
        "order_desc": False,
    }


def _sankey(recipe: Chart) -> dict[str, Any]:
    return {
        "source": recipe.source,
        "target": recipe.target,
        "metric": recipe.metrics[0],
        "color_scheme": "mtm",
        "sort_by_metric": True,
    }


def _world(recipe: Chart) -> dict[str, Any]:
    return {
        "entity": recipe.entity,
        "country_fieldtype": "cca3",
        "metric": recipe.metrics[0],
        "show_bubbles": True,
        "secondary_metric": recipe.metrics[0],
        "max_bubble_size": "25",
        "linear_color_scheme": "mtm_sequence",
        "color_by": "metric",
        "color_picker": {"r": 179, "g": 71, "b": 0, "a": 1},
        "y_axis_format": recipe.format,
    }


KINDS = {
    "html": _html,
    "bars": _bars,
    "lines": _lines,
    "table": _table,
    "pivot": _pivot,
    "sankey": _sankey,
    "world": _world,
}
