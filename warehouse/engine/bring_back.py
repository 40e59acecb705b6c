"""Spark's results brought into the candidate's build database: its tables stand there, with types, keys and comments.

Filling them from Parquet belongs here, which checks types and keys; what stood there of other rounds stays.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from warehouse.engine.dbt_on_spark import built_models
from warehouse.engine.lake import Lake, limits
from warehouse.sql_text import escaped

COLUMNS = """SELECT column_name, data_type FROM duckdb_columns()
             WHERE database_name = current_database() AND schema_name = ? AND table_name = ? ORDER BY column_index"""


def bring_back(lake: Lake, database: Path, nodes: list[dict[str, Any]], manifest: Any) -> list[dict[str, Any]]:
    """Fill the table of every model that Spark built; the nodes, with rows, and failed where a key or a type is broken."""
    known, told = built_models(manifest), []
    with duckdb.connect(str(database), config=limits(lake.root.parent / "spill")) as con:
        for node in nodes:
            schema, table, materialized = known.get(node["unique_id"], ("", "", ""))
            is_filled = materialized in ("table", "incremental") and node["status"] == "success"
            told.append(_told(lake, con, node, schema, table, materialized) if is_filled else node)
    return told


def _told(
    lake: Lake, con: duckdb.DuckDBPyConnection, node: dict[str, Any], schema: str, table: str, materialized: str
) -> dict[str, Any]:
    try:
        return {**node, "rows": _fill(lake, con, schema, table, is_by_round=materialized == "incremental")}
    except duckdb.Error as error:  # its text may hold a cell: the kind is enough, as of dbt's own
        kind = type(error).__name__.removesuffix("Exception")
        return {
            **node,
            "status": "error",
            "message": f"Runtime Error: {kind} Error in {schema}.{table}, brought from Spark",
        }


def _fill(lake: Lake, con: duckdb.DuckDBPyConnection, schema: str, table: str, *, is_by_round: bool) -> int:
    """Rows of the table that were brought."""
    name = f'"{schema}"."{table}"'
    built = "round_key IN (SELECT round_key FROM control.round_to_build)" if is_by_round else "true"
    con.execute(f"DELETE FROM {name} WHERE {built}")
    files = [path for path in lake.files(schema, table) if path != lake.kept(schema, table)]
    if not files:
        return 0  # a result without rows need not have a file
    kinds = con.execute(COLUMNS, [schema, table]).fetchall()
    columns = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in kinds)
    listed = ", ".join(f"'{escaped(path)}'" for path in files)
    con.execute(f"INSERT INTO {name} SELECT {columns} FROM read_parquet([{listed}])")
    return int(con.execute(f"SELECT count(*) FROM read_parquet([{listed}])").fetchall()[0][0])
