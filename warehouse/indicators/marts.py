"""The marts as their dbt files describe them: grain, columns, types, units.

Reading `dbt_project/models/marts/**/*.yml` belongs here; dbt itself is not needed for it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from warehouse.operation_files import LOADER
from warehouse.settings import DBT_PROJECT

FOLDERS = ("dimensions", "rounds", "comparisons", "release")  # in the order in which a reader meets them


class Column(BaseModel):
    """One column: its SQL type, what it means, whether it may be null, whether it is part of the key."""

    name: str
    data_type: str = ""
    description: str = ""
    is_required: bool = False
    is_key: bool = False


class ForeignKey(BaseModel):
    """Columns whose values, where none of them is null, all stand together as the primary key (`fields`) of another mart.

    dbt holds it on every candidate; the serving database and its copies have it as a constraint.
    """

    columns: list[str]
    mart: str
    fields: list[str]


class Mart(BaseModel):
    """One mart. The first sentence of `description` is its grain."""

    name: str
    folder: str
    description: str
    columns: list[Column]
    foreign_keys: list[ForeignKey] = []

    @property
    def key(self) -> list[str]:
        """The columns of the primary key, in order."""
        return [c.name for c in self.columns if c.is_key]

    @property
    def grain(self) -> str:
        """`One row per …`, to the first full stop or colon."""
        ends = [i for i in (self.description.find(mark) for mark in (". ", ": ", ", with")) if i > 0]
        return self.description[: min(ends)] if ends else self.description.rstrip(".")


def marts() -> dict[str, Mart]:
    """Every mart by name, dimensions first."""
    files = sorted((DBT_PROJECT / "models" / "marts").glob("*/*.yml"))
    return _marts(tuple((path, path.stat().st_mtime_ns) for path in files))


@lru_cache(maxsize=2)
def _marts(files: tuple[tuple[Path, int], ...]) -> dict[str, Mart]:
    found = [m for path, _ in files for m in _of_file(path)]
    keys = {m.name: m.key for m in found}
    for mart in found:
        mart.foreign_keys = _real(mart.foreign_keys, keys)
    order = {folder: i for i, folder in enumerate(FOLDERS)}
    return {m.name: m for m in sorted(found, key=lambda m: (order.get(m.folder, len(FOLDERS)), m.name))}


def _of_file(path: Path) -> list[Mart]:
    data: dict[str, Any] = yaml.load(path.read_bytes(), Loader=LOADER) or {}
    return [_mart(path.parent.name, raw) for raw in data.get("models", [])]


def _mart(folder: str, raw: dict[str, Any]) -> Mart:
    key = {c for part in raw.get("constraints", []) if part["type"] == "primary_key" for c in part["columns"]}
    columns = [
        Column(
            name=c["name"], data_type=str(c.get("data_type", "")), description=_line(c.get("description", "")),
            is_required=any(x["type"] == "not_null" for x in c.get("constraints", [])), is_key=c["name"] in key,
        )
        for c in raw.get("columns", [])
    ]  # fmt: skip
    links = [key for c in raw.get("columns", []) for key in _tested(c)] + _declared(raw)
    return Mart(
        name=raw["name"],
        folder=folder,
        description=_line(raw.get("description", "")),
        columns=columns,
        foreign_keys=links,
    )


def _tested(column: dict[str, Any]) -> list[ForeignKey]:
    """Keys of one column: its tests of relationships."""
    tests = [t["relationships"] for t in column.get("data_tests", []) if isinstance(t, dict) and "relationships" in t]
    asked = [t.get("arguments", t) for t in tests if "config" not in t]  # a condition makes it no key
    return [
        ForeignKey(columns=[column["name"]], mart=a["to"].removeprefix("ref('").removesuffix("')"), fields=[a["field"]])
        for a in asked
    ]


def _declared(raw: dict[str, Any]) -> list[ForeignKey]:
    """Keys that no test of one column can say, or whose dimension is built from the mart (`meta: foreign_keys`)."""
    declared = raw.get("config", {}).get("meta", {}).get("foreign_keys", [])
    return [ForeignKey(columns=k["columns"], mart=k["mart"], fields=[]) for k in declared]


def _real(links: list[ForeignKey], keys: dict[str, list[str]]) -> list[ForeignKey]:
    """Those that lead to the whole primary key of their mart: a part of it is no foreign key."""
    told = [k.model_copy(update={"fields": k.fields or keys[k.mart]}) for k in links]
    return [k for k in told if k.fields == keys.get(k.mart) and len(k.columns) == len(k.fields)]


def _line(text: str) -> str:
    return " ".join(text.split())
