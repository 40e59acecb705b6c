"""Clients of the served database, each as the manual says: DuckDB 2.0 and 1.5, the command line, SQLAlchemy, pandas and polars."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlalchemy

from tests.integration.clients.conftest import INDEX
from warehouse.settings import PROJECT, Home

OTHER = "1.5.6"  # the line of ODBC, JDBC and Superset
SHAPE = """SELECT (SELECT comment FROM duckdb_tables() WHERE table_name = 'dim_round'),
    (SELECT comment FROM duckdb_columns() WHERE table_name = 'dim_round' AND column_name = 'round_key'),
    (SELECT count(*) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'),
    (SELECT min(constraint_text) FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY' AND table_name = 'mart_population'),
    (SELECT max(individuals) FROM marts.mart_population)"""
SEEN = ["One row per round", "Key", 4, "FOREIGN KEY (round_key) REFERENCES marts.dim_round(round_key)", 102]
REFLECT = """
import json, sys, sqlalchemy as sa
engine = sa.create_engine("duckdb:///" + sys.argv[1], connect_args={"read_only": True})
look = sa.inspect(engine)
print(json.dumps({"tables": sorted(look.get_table_names(schema="marts")), "key": look.get_pk_constraint("dim_round", schema="marts")["constrained_columns"],
    "links": [(k["constrained_columns"], k["referred_table"]) for k in look.get_foreign_keys("mart_population", schema="marts")],
    "comment": [c["comment"] for c in look.get_columns("dim_round", schema="marts")][0]}))
"""


def database(home: Home) -> str:
    return str(home.current / "mtm.duckdb")


def away(uv: str, packages: list[str], *words: str) -> str:
    """What a command prints that runs with these packages only; skipped where they can't be had."""
    wanted = [part for package in packages for part in ("--with", package)]
    base = [uv, "run", "--no-project", "--quiet", *wanted]
    ready = subprocess.run([*base, "python", "-c", ""], capture_output=True, text=True, timeout=300, cwd=PROJECT.parent)
    if ready.returncode:
        pytest.skip(f"{INDEX} for {', '.join(packages)}")
    done = subprocess.run([*base, *words], capture_output=True, text=True, timeout=120, cwd=PROJECT.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_duckdb_of_this_project(numbered: Home) -> None:
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "lock_configuration": "true",
    }
    with duckdb.connect(database(numbered), read_only=True, config=config) as con:
        assert list(con.execute(SHAPE).fetchall()[0]) == SEEN
        with pytest.raises(duckdb.Error):
            con.execute("INSERT INTO marts.mart_plain VALUES (1, 'x')")
        with pytest.raises(duckdb.Error):
            con.execute("SELECT * FROM read_csv('/etc/passwd')")


def test_duckdb_of_the_line_before(numbered: Home, uv: str) -> None:
    code = "import duckdb, json, sys; con = duckdb.connect(sys.argv[1], read_only=True); print(json.dumps([duckdb.__version__, *con.execute(sys.argv[2]).fetchone()]))"
    assert json.loads(away(uv, [f"duckdb=={OTHER}"], "python", "-c", code, database(numbered), SHAPE)) == [OTHER, *SEEN]


def test_the_command_line_of_duckdb(numbered: Home, uv: str) -> None:
    words = (
        "duckdb",
        "-readonly",
        "-csv",
        database(numbered),
        "USE marts; SELECT max(individuals) AS people FROM mart_population",
    )
    assert away(uv, [f"duckdb-cli=={OTHER}"], *words).split() == ["people", "102"]


def test_sqlalchemy_asks_and_lists(numbered: Home) -> None:
    """duckdb-engine with SQLAlchemy 2: it does not reflect columns (the manual says so)."""
    engine = sqlalchemy.create_engine(
        f"duckdb:///{database(numbered)}", poolclass=sqlalchemy.NullPool, connect_args={"read_only": True}
    )
    with engine.connect() as con:
        assert con.execute(sqlalchemy.text("SELECT max(individuals) FROM marts.mart_population")).scalar() == 102
    assert "mart_population" in sqlalchemy.inspect(engine).get_table_names(schema="marts")


def test_sqlalchemy_reflects_with_the_maintained_driver(numbered: Home, uv: str) -> None:
    told = json.loads(away(uv, ["duckdb-sqlalchemy", f"duckdb=={OTHER}"], "python", "-c", REFLECT, database(numbered)))
    assert "mart_population" in told["tables"] and told["key"] == ["round_key"] and told["comment"] == "Key"
    assert told["links"] == [[["round_key"], "dim_round"]]


def test_parquet_is_read_by_polars_and_pandas(numbered: Home) -> None:
    import pandas

    file = Path(numbered.current).resolve() / "parquet" / "mart_population.parquet"
    assert pl.read_parquet(file)["individuals"].max() == pandas.read_parquet(file)["individuals"].max() == 102
