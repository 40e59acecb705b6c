"""The columns and types of every table of dbt's project, as DuckDB itself finds them when it binds the models' SQL.

Each model is made on empty tables, in memory, in the order in which models read each other; nothing is read from a home.
What models are made from is told in `column_sql.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from warehouse.settings import DBT_PROJECT

if TYPE_CHECKING:
    import duckdb

Shape = dict[str, str]  # column → type of DuckDB, in order
Shapes = dict[str, Shape]  # dbt's unique id → its shape

COLUMNS = (
    "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? ORDER BY column_index"
)


def shapes(manifest: Mapping[str, Any], sql: Mapping[str, str]) -> Shapes:
    """The shape of each source, seed and model. `sql`: the compiled SQL of models by unique id (not of those in Python).

    Of a model that DuckDB can't bind, the columns that are documented, with the types that its contract gives.
    """
    import duckdb

    nodes = {**manifest["sources"], **manifest["nodes"]}
    tables = {uid for uid, node in nodes.items() if node["resource_type"] in ("source", "seed", "model")}
    reads = {uid: [p for p in manifest["parent_map"].get(uid, []) if p in tables] for uid in tables}
    with duckdb.connect(":memory:") as con:
        con.execute("ATTACH ':memory:' AS build; USE build")
        return {uid: _shape(con, nodes[uid], sql.get(uid)) for uid in TopologicalSorter(reads).static_order()}


def _shape(con: duckdb.DuckDBPyConnection, node: Mapping[str, Any], sql: str | None) -> Shape:
    import duckdb

    con.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(node['schema'])}")
    relation = f"{_quoted(node['schema'])}.{_quoted(_name(node))}"
    query = sql or _declared(node)
    if query:
        with suppress(duckdb.Error):
            con.execute(f"CREATE TABLE {relation} AS SELECT * FROM (\n{query}\n) LIMIT 0")
    found = con.execute(COLUMNS, [node["schema"], _name(node)]).fetchall()
    if not found and (documented := _documented(node)):
        con.execute(f"CREATE TABLE {relation} ({', '.join(f'{_quoted(c)} {t}' for c, t in documented.items())})")
        found = list(documented.items())
    return dict(found)


def _declared(node: Mapping[str, Any]) -> str:
    """What a source, a seed or a model in Python looks like: by the project's own schemas, its file, its declaration."""
    from warehouse.trace.python_models import declared

    if node["resource_type"] == "source":
        return _nothing(_source(node["schema"], node["name"]))
    if node["resource_type"] == "seed":
        types = {c: str(t).upper() for c, t in (node["config"].get("column_types") or {}).items()}
        path = (DBT_PROJECT / node["original_file_path"]).as_posix().replace("'", "''")
        given = ", ".join(f"'{c}': '{t}'" for c, t in types.items())
        return f"SELECT * FROM read_csv('{path}', header = true{f', types = {{{given}}}' if given else ''})"
    return _nothing({name: column.type for name, column in declared(node["name"]).items()})


def _source(schema: str, table: str) -> Shape:
    from warehouse.normalize.schema import TABLES
    from warehouse.releases.candidate import SQL_TYPES
    from warehouse.releases.reference_schema import REFERENCE

    if schema == "canonical":
        return {column: SQL_TYPES[kind] for column, kind in TABLES.get(table, {}).items()}
    return REFERENCE.get(table, {}) if schema == "reference" else {"round_key": "VARCHAR"}


def _nothing(shape: Shape) -> str:
    return f"SELECT {', '.join(f'CAST(NULL AS {t}) AS {_quoted(c)}' for c, t in shape.items())}" if shape else ""


def _documented(node: Mapping[str, Any]) -> Shape:
    return {name: (told.get("data_type") or "VARCHAR").upper() for name, told in node["columns"].items()}


def _name(node: Mapping[str, Any]) -> str:
    return str(node.get("identifier") or node.get("alias") or node["name"])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
