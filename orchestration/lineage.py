"""Columns of dbt's models as Dagster shows them: schema and lineage, as metadata of the definitions.

Translating belongs here; columns and origins are worked out in `warehouse/trace/columns.py`, once for each state of dbt's
project, so that neither loading nor a run pays for it.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from warehouse.trace.columns import Column, Columns, Known

CANDIDATE = dg.AssetKey("candidate")
SHOWN = 6  # origins that are named


def column_metadata(node: Mapping[str, Any], known: Known) -> Mapping[str, Any]:
    """`dagster/table_name`, `dagster/column_schema` and `dagster/column_lineage` of a model or seed."""
    found = known.get(node["unique_id"])
    metadata = {"dagster/table_name": f"{node['schema']}.{node.get('alias') or node['name']}"}
    metadata["materialized in dbt as"] = str(node.get("config", {}).get("materialized") or "table")
    schema = dg.TableSchema(
        columns=_columns(node, found), constraints=dg.TableConstraints(other=_keys(node.get("constraints", [])))
    )
    told: dict[str, Any] = {**metadata, "dagster/column_schema": schema}
    if found and any(column.made_from for column in found.columns):
        told["dagster/column_lineage"] = _lineage(found)
    if found and found.problem:
        told["column lineage"] = found.problem
    return told


def _columns(node: Mapping[str, Any], found: Columns | None) -> list[dg.TableColumn]:
    """Every column with the type that it has; words, constraints and tags as dbt's files give them."""
    documented: Mapping[str, Any] = node["columns"]
    types = {c.name: c.data_type for c in found.columns} if found else {}
    keys = {key for c in node.get("constraints", []) if c["type"] == "primary_key" for key in c["columns"]}
    made = {c.name: _made(c) for c in found.columns} if found else {}
    names = [*types, *(name for name in documented if name not in types)]
    return [
        _column(name, types.get(name), documented.get(name, {}), name in keys, made.get(name, "")) for name in names
    ]


def _made(column: Column) -> str:
    """The origin in words: the page of an asset shows it, as this edition of the UI draws no lineage of columns."""
    names = [f"{dep.asset_key.path[-1]}.{dep.column_name}" for dep in (_origin(*pair) for pair in column.made_from)]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"Made from {', '.join(names[:SHOWN])}{more}." if names else ""


def _column(name: str, data_type: str | None, told: Mapping[str, Any], is_key: bool, made: str) -> dg.TableColumn:
    stated = {c["type"] for c in told.get("constraints", [])}
    other = ["part of the key"] if is_key else []
    other += sorted(
        c["expression"] for c in told.get("constraints", []) if c["type"] == "check" and c.get("expression")
    )
    return dg.TableColumn(
        name,
        type=(told.get("data_type") or data_type or "?").lower(),
        description=". ".join(filter(None, [str(told.get("description") or "").rstrip("."), made])) or None,
        constraints=dg.TableColumnConstraints(
            nullable=not (is_key or stated & {"not_null", "primary_key"}),
            unique=bool(stated & {"unique", "primary_key"}),
            other=other,
        ),
    )


def _keys(constraints: list[Mapping[str, Any]]) -> list[str]:
    """`primary key (round_key, place_code)`, and what else a contract says of the whole table."""
    return [
        f"{c['type'].replace('_', ' ')} ({', '.join(c.get('columns') or [c.get('expression') or ''])})"
        for c in constraints
    ]


def _lineage(found: Columns) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {c.name: [_origin(uid, column) for uid, column in c.made_from] for c in found.columns if c.made_from}
    )


def _origin(unique_id: str, column: str) -> dg.TableColumnDep:
    """A column of a model or seed; of the candidate's tables of sources: `population.place_code`."""
    kind, _, *names = unique_id.split(".")
    if kind == "source":
        return dg.TableColumnDep(CANDIDATE, f"{'.'.join(names)}.{column}")
    return dg.TableColumnDep(dg.AssetKey(names[-1]), column)
