"""Which columns each model has, with their types, and from which columns of what it reads each of them is made.

Working it out, once for each state of dbt's project, and keeping it beside what dbt parsed belong here; the SQL comes from
dbt (`warehouse/releases/models.py`). It is told beside the data and never stands in the way of a run: what can't be read
is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from warehouse.errors import MtmError
from warehouse.settings import Home

FILE = "columns.json"

Origin = tuple[str, str]  # unique id of the model, seed or source, and the column


@dataclass(frozen=True)
class Column:
    """One column of a model. `made_from` is empty where it is made of no column (a constant, a count of rows)."""

    name: str
    data_type: str
    made_from: list[Origin] = field(default_factory=list)


@dataclass(frozen=True)
class Columns:
    """All columns of a table, in their order. `problem` says what could not be worked out, empty where all was."""

    columns: list[Column]
    problem: str = ""


Known = dict[str, Columns]  # dbt's unique id → its columns


def known_columns(home: Home, *, make: bool = True) -> Known:
    """The columns of all models, seeds and sources of dbt's project as it is now; worked out where that was not done.

    Without `make` only what is kept is read. Empty where dbt can't compile its project: the run will say why.
    """
    from warehouse.releases import lock
    from warehouse.releases.models import target_path

    path = target_path(home) / FILE
    if (found := _read(path)) is not None or not make:
        return found or {}
    working = home.build / "columns.lock"
    lock.acquire(working)
    try:
        if (found := _read(path)) is None:
            found = _made(home)
            _keep(path, found)
    except MtmError:
        return {}
    finally:
        lock.release(working)
    return found


def _made(home: Home) -> Known:
    from warehouse.releases.models import compiled_models, manifest_path
    from warehouse.trace.column_shapes import shapes
    from warehouse.trace.column_sql import origins

    sql = compiled_models(home)
    manifest = json.loads(manifest_path(home).read_text(encoding="utf-8"))
    return origins(manifest, sql, shapes(manifest, sql))


def _read(path: Path) -> Known | None:
    try:
        data: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {uid: Columns([_column(c) for c in told["columns"]], told["problem"]) for uid, told in data.items()}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _column(data: Mapping[str, Any]) -> Column:
    return Column(data["name"], data["data_type"], [(uid, column) for uid, column in data["made_from"]])


def _keep(path: Path, known: Known) -> None:
    """For the next one who asks; where there is no room it is worked out again."""
    from contextlib import suppress

    from warehouse.releases.journal import write_json

    with suppress(OSError, MtmError):
        write_json(path, {uid: asdict(told) for uid, told in known.items()})
