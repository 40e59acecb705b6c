"""Models that are Python, run in this process beside Spark: DuckDB reads the very Parquet that Spark wrote.

Running them and writing their results as Parquet belongs here; their statistics are in `warehouse/survey` and
`warehouse/counts`. dbt-spark itself submits Python to services of one vendor only.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

from warehouse.engine.lake import Lake, limits, table_of_folder
from warehouse.sql_text import escaped

_writing = Lock()  # two models may ask for one view at once


def run_python_model(lake: Lake, spark: Any, schema: str, table: str, code: str) -> None:
    """Run the compiled `code` of a model and make its result a table of the lake, known to Spark.

    What it refers to comes as relations of DuckDB, read as they are asked for. Raises what the model raises.
    """
    import duckdb

    names: dict[str, Any] = {"__name__": f"{schema}.{table}"}
    exec(compile(code, f"{table}.py", "exec"), names)
    with duckdb.connect(":memory:", config=limits(lake.root.parent / "spill")) as con:
        dbt = names["dbtObj"](lambda name: _relation(lake, spark, con, name))
        result = names["model"](dbt, con)
        con.register("_result", result)
        folder = lake.folder(schema, table)
        folder.mkdir(parents=True)
        con.execute(f"COPY (SELECT * FROM _result) TO '{escaped(folder / 'built.parquet')}' (FORMAT parquet)")
    spark.sql(table_of_folder(lake, schema, table))


def _relation(lake: Lake, spark: Any, con: Any, name: str) -> Any:
    """A table of Spark as a relation of DuckDB under its own name; a view is written out first."""
    schema, table = (part.strip('`"') for part in name.split(".")[-2:])
    folder = lake.folder(schema, table)
    if not folder.is_dir():
        folder = lake.folder("handed", f"{schema}.{table}")
        with _writing:
            if not folder.is_dir():
                spark.table(f"{schema}.{table}").write.parquet(str(folder))
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    con.execute(f"CREATE VIEW IF NOT EXISTS {schema}.{table} AS {_select(folder, spark, f'{schema}.{table}')}")
    return con.table(f"{schema}.{table}")


def _select(folder: Path, spark: Any, name: str) -> str:
    """The rows of a folder. What has no row need not have a file: then its columns are told by Spark."""
    if any(folder.glob("*.parquet")):
        return f"FROM read_parquet('{escaped(folder)}/*.parquet')"
    nothing = [
        f'CAST(NULL AS {_kind(f.dataType.simpleString())}) AS "{f.name}"' for f in spark.table(name).schema.fields
    ]
    return f"SELECT {', '.join(nothing)} WHERE false"


def _kind(told: str) -> str:
    """A type of Spark in DuckDB's words."""
    if told.startswith("array<"):
        return f"{_kind(told[6:-1])}[]"
    return {"timestamp_ntz": "TIMESTAMP"}.get(told, told)
