"""For the porting: all models on Sail over the rounds of a home's current release, and how they differ from DuckDB's.
Where models are selected, all others stand as DuckDB made them: each can be tried alone.

    MTM_HOME=… .venv/bin/python -m warehouse.engine.probe [dbt arguments, such as --select +mart_population]

Builds into /tmp/<user>-probe; the home is only read. Removed once `mtm run --engine spark` stands.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import duckdb

from warehouse.engine.adapter import adapted
from warehouse.engine.lake import WHOLE, Lake, lay, lay_canonical, lay_tables, register
from warehouse.engine.session import opened
from warehouse.engine.settings import SparkSettings
from warehouse.releases.candidate import models_hash
from warehouse.releases.manifest import current_manifest
from warehouse.settings import DBT_PROJECT, Home


def main() -> None:
    home, root = Home.from_env(), Path(os.environ.get("PROBE", f"/tmp/probe-{os.getpid()}"))
    shutil.rmtree(root, ignore_errors=True)
    lake = Lake(root / "spark")
    lake.root.mkdir(parents=True)
    manifest = current_manifest(home)
    assert manifest
    database = root / "build.duckdb"
    base = os.environ.get("PROBE_BASE", f"/tmp/probe-base-{os.getuid()}-{Path.cwd().name}-{models_hash()}.duckdb")
    if not Path(base).exists():
        whole(home, manifest, Path(base))
    shutil.copyfile(base, database)
    os.environ.update(
        MTM_BUILD_DB=str(database), MTM_SPARK_FOLDER=str(lake.root), DBT_TARGET_PATH=str(root / "target"),
        DBT_LOG_PATH=str(root / "logs"), DO_NOT_TRACK="1", DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )  # fmt: skip
    with duckdb.connect(str(database)) as con:
        lay_tables(lake, con, *WHOLE)
        lay_not_selected(lake, con, home, manifest)
    lay_canonical(lake, [home.normalized / v.round_key / v.normalized_id for v in manifest.rounds])
    with opened(SparkSettings("sail", "sail", "2g", None), root) as spark, adapted(spark, lake):
        register(lake, spark)
        from dbt.cli.main import dbtRunner

        arguments = ["build", "--target", "spark", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
                     "--quiet", "--log-level", "none", "--exclude-resource-type", "unit_test"]  # fmt: skip
        result = dbtRunner().invoke([*arguments, *sys.argv[1:]])
        if result.exception:
            print("dbt:", result.exception)
        for r in getattr(result.result, "results", None) or []:
            if str(r.status) in ("error", "fail"):
                print(f"{r.status} {r.node.name}: {str(r.message)[:700]}\n")
        counts: dict[str, int] = {}
        for r in getattr(result.result, "results", None) or []:
            counts[str(r.status)] = counts.get(str(r.status), 0) + 1
        print(counts)
        compare(lake, database)


def whole(home: Home, manifest, database: Path) -> None:  # type: ignore[no-untyped-def]
    """All rounds built by DuckDB into one fresh database: what Spark's tables are compared with."""
    from warehouse.releases import candidate as c
    from warehouse.releases.models import run_dbt

    folder = database.parent / (database.stem + ".building")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    building = [c._standing(home, v) for v in manifest.rounds]
    made = c.Candidate(
        home,
        "r000099",
        manifest,
        building[-1],
        building,
        manifest.rounds,
        manifest.published_at,
        folder,
        folder / "build.duckdb",
    )
    c.register(made)
    outcome = run_dbt(made)
    print("duckdb failed:", outcome.failed)
    shutil.move(folder / "build.duckdb", database)


def lay_not_selected(lake: Lake, con: duckdb.DuckDBPyConnection, home: Home, manifest) -> None:  # type: ignore[no-untyped-def]
    """Where models are selected, all others stand as DuckDB made them."""
    if not sys.argv[1:]:
        return
    from dbt.cli.main import dbtRunner

    listed = dbtRunner().invoke(["ls", "--target", "spark", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
                                 "--quiet", "--log-level", "none", "--output", "name", *sys.argv[1:]])  # fmt: skip
    selected = set(listed.result or [])
    there = con.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_database()"
        " AND table_schema IN ('staging', 'intermediate', 'semantic', 'marts')"
    ).fetchall()
    for schema, table in there:
        if table not in selected:
            lay(lake, con, schema, table, f'SELECT * FROM "{schema}"."{table}"')


def compare(lake: Lake, database: Path) -> None:
    """Rows that are in one engine's table and not in the other's."""
    with duckdb.connect(str(database), read_only=True) as con:
        for schema, table in lake.tables():
            if (
                schema not in ("marts", "intermediate", "semantic")
                or (lake.folder(schema, table) / "kept.parquet").exists()
            ):
                continue
            if not lake.files(schema, table):
                print(f"{schema}.{table}: no file")
                continue
            spark = f"read_parquet('{lake.folder(schema, table)}/*.parquet')"
            kinds = con.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?"
                " AND database_name = current_database() ORDER BY column_index", [schema, table],
            ).fetchall()  # fmt: skip
            cast = ", ".join(f'"{c}"::{k} AS "{c}"' for c, k in kinds)
            try:
                mine = f"SELECT {cast} FROM {spark}"
                theirs = f'SELECT * FROM "{schema}"."{table}"'
                counts = [
                    con.execute(f"SELECT count(*) FROM ({one} EXCEPT ALL {other})").fetchone()
                    for one, other in ((mine, theirs), (theirs, mine))
                ]
                total = con.execute(f"SELECT count(*) FROM ({theirs})").fetchone()
                told = "equal" if counts == [(0,), (0,)] else f"DIFFERS spark only {counts[0]} duckdb only {counts[1]}"
                print(f"{schema}.{table}: {told} of {total}")
                if told != "equal":
                    columns = [
                        c for c, _ in kinds
                        if con.execute(
                            f'SELECT count(*) FROM ((SELECT "{c}" FROM ({mine}) EXCEPT ALL SELECT "{c}" FROM ({theirs})))'
                        ).fetchone() != (0,)
                    ]  # fmt: skip
                    print("    columns:", ", ".join(columns))
            except duckdb.Error as error:
                print(f"{schema}.{table}: can't be compared: {error}")


if __name__ == "__main__":
    main()
