"""Columns of dbt's models as Dagster shows them: schema and lineage, as metadata of the definitions.

Translating belongs here; columns and origins are worked out in `warehouse/trace/columns.py`, once for each state of dbt's
project, so that neither loading nor a run pays for it.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from warehouse.trace.columns import Columns, Known

CANDIDATE = dg.AssetKey("candidate")


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
    names = [*types, *(name for name in documented if name not in types)]
    return [_column(name, types.get(name), documented.get(name, {}), name in keys) for name in names]


def _column(name: str, data_type: str | None, told: Mapping[str, Any], is_key: bool) -> dg.TableColumn:
    stated = {c["type"] for c in told.get("constraints", [])}
    other = ["part of the key"] if is_key else []
    other += sorted(
        c["expression"] for c in told.get("constraints", []) if c["type"] == "check" and c.get("expression")
    )
    return dg.TableColumn(
        name,
        type=(told.get("data_type") or data_type or "?").lower(),
        description=told.get("description") or None,
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


def candidate_schema(known: Known) -> dg.TableSchema:
    """The columns of the canonical and reference tables that models read from the candidate, as lineage names them."""
    columns = [
        dg.TableColumn(f"{uid.split('.', 2)[2]}.{c.name}", type=c.data_type.lower())
        for uid, told in known.items()
        if uid.startswith("source.")
        for c in told.columns
    ]
    return dg.TableSchema(columns)
