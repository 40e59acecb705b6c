"""The recipes of `recipes/`: what datasets, charts, filters and dashboards are, before they are written in Superset's format.

The shape of the files and their reading belong here. `write.py` turns them into assets.
"""

from __future__ import annotations

import re
import uuid
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from warehouse.operation_files import LOADER
from warehouse.settings import PROJECT

HERE = Path(__file__).resolve().parent
RECIPES = HERE / "recipes"
NAMESPACE = uuid.UUID("6f1d1c52-6d3e-5b7a-9c39-4d8f2f0a6a11")
SIGNED = re.compile(r"signed\((\w+\.\w+)\)")
WITH_SIGN = r"replace(CASE WHEN \1 > 0 THEN '+' ELSE '' END || format('{:,}', \1), '-', '−')"
DASHBOARDS = ("headlines", "countries", "coverage", "survey", "quality")


class Strict(BaseModel):
    """No key that nobody reads."""

    model_config = ConfigDict(extra="forbid")


class Metric(Strict):
    """A measure of a dataset: SQL and what it is called."""

    sql: str
    title: str


class Dataset(Strict):
    """SQL on the marts. `from`: marts that describe its columns; `one`: columns shown only where a cell is one row."""

    title: str
    sql: str
    sources: list[str] = []
    columns: dict[str, str] = {}
    one: dict[str, str] = {}
    metrics: dict[str, Metric] = {}


class First(Strict):
    """Which choice of a filter comes first: by a metric of its dataset."""

    metric: str
    ascending: bool


class Filter(Strict):
    """A filter that dashboards share. `value`: a fixed first choice; `under`: filters that narrow its choices."""

    title: str
    dataset: str
    column: str
    first: First | None = None
    value: int | str | None = None
    under: list[str] = []
    help: str = ""


class Chart(Strict):
    """One chart. `kind` says which of Superset's charts (viz.py); `where`: [column, operator, value] or ["", sql, condition]."""

    title: str
    kind: Literal["html", "bars", "lines", "table", "pivot", "sankey", "world"]
    dataset: str
    columns: list[str] = []
    order: list[str] = []
    where: list[list[Any]] = []
    limit: int = 1000
    template: str = ""
    x: str = ""
    by: list[str] = []
    metrics: list[str] = []
    rows: list[str] = []
    across: list[str] = []
    shows: str = ""
    figure: str = "Figure"
    source: str = ""
    target: str = ""
    entity: str = ""
    horizontal: bool = False
    turned: int = 0
    show_values: bool = False
    sort: Literal["value", "name"] = "value"
    bars: list[str] = []
    format: str = ",d"
    formats: dict[str, str] = {}
    y_title: str = ""
    time: str = "smart_date"
    may_be_empty: str = ""

    def named_columns(self) -> list[str]:
        """Every column of the dataset that the chart asks for, once each."""
        asked = [
            *self.columns,
            self.x,
            *self.by,
            *self.rows,
            *self.across,
            self.shows,
            self.source,
            self.target,
            self.entity,
        ]
        asked += [name.removeprefix("-") for name in self.order] + [w[0] for w in self.where]
        return list(dict.fromkeys(filter(None, asked)))


class Dashboard(Strict):
    """Rows of [chart, width of 12, height]; `unfiltered`: chart → filters that leave it alone."""

    title: str
    description: str
    filters: list[str]
    rows: list[list[tuple[str, int, int]]]
    unfiltered: dict[str, list[str]] = {}
    charts: dict[str, Chart]


def _read(name: str) -> Any:
    return yaml.load((RECIPES / f"{name}.yml").read_bytes(), Loader=LOADER)


@cache
def datasets() -> dict[str, Dataset]:
    """The datasets that are a question of their own, by name."""
    found: dict[str, Dataset] = {}
    for name, raw in _read("datasets").items():
        raw["sources"] = raw.pop("from", [])
        raw["sql"] = SIGNED.sub(WITH_SIGN, raw["sql"].replace("{tiles}", _tiles())).strip()
        found[name] = Dataset(**raw)
    return found


def _tiles() -> str:
    files = sorted((PROJECT / "operations").glob("*/tiles.yml"))
    tiles = [(file.parent.name, t) for file in files for t in yaml.load(file.read_bytes(), Loader=LOADER)["tiles"]]
    return ", ".join(f"('{op}', '{t['place_code']}', {t['column']}, {t['row']})" for op, t in tiles)


@cache
def filters() -> dict[str, Filter]:
    """The filters by name."""
    return {name: Filter(**raw) for name, raw in _read("filters").items()}


@cache
def dashboards() -> dict[str, Dashboard]:
    """The dashboards by name, in the order of reading."""
    return {name: Dashboard(**_read(name)) for name in DASHBOARDS}


def stable(kind: str, name: str) -> str:
    """The uuid of an asset: the same name, the same uuid, in every installation."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}/{name}"))
