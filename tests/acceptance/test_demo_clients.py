"""The demo's release in the hands of clients: types, comments and keys that BI tools need; the manual's snippets; PostgreSQL row for row."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.acceptance.conftest import CommandLine
from tests.integration.postgres.server import Server, start
from warehouse.indicators.marts import marts
from warehouse.settings import PROJECT

pytestmark = pytest.mark.slow
PLAIN = {"VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP"}  # no HUGEINT, list, map or struct
SNIPPET = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = start()
    yield running
    running.stop()


@pytest.fixture
def served(demo: CommandLine) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo.home / "published/current/mtm.duckdb"), read_only=True) as con:
        yield con


def test_types_are_plain_and_everything_is_described(served: duckdb.DuckDBPyConnection) -> None:
    rows = served.execute(
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'marts'"
    ).fetchall()
    assert {kind for _, _, kind, _ in rows} <= PLAIN and all(comment for *_, comment in rows)
    assert served.execute("SELECT count(*) FROM duckdb_tables() WHERE comment IS NULL").fetchall() == [(0,)]


def test_the_keys_are_those_that_the_models_declare(served: duckdb.DuckDBPyConnection) -> None:
    links = served.execute(
        "SELECT table_name, constraint_column_names, referenced_table, referenced_column_names FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY'"
    ).fetchall()
    declared = [(m.name, k.columns, k.mart, k.fields) for m in marts().values() for k in m.foreign_keys]
    assert sorted(links) == sorted(declared) and len(links) > 60
    for mart, columns, target, fields in links:  # an independent look: the engine's own check is not all there is
        on = " AND ".join(f'f."{c}" = t."{f}"' for c, f in zip(columns, fields, strict=True))
        told = " AND ".join(f'f."{c}" IS NOT NULL' for c in columns)
        lost = served.execute(
            f"SELECT count(*) FROM marts.{mart} f WHERE {told} AND NOT EXISTS (SELECT 1 FROM marts.{target} t WHERE {on})"
        )
        assert lost.fetchall() == [(0,)], (mart, columns)


def test_the_manual_s_snippets_run(demo: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".mtm").symlink_to(demo.home)
    monkeypatch.chdir(tmp_path)
    snippets = SNIPPET.findall((PROJECT / "docs" / "connect.md").read_text(encoding="utf-8"))
    assert len(snippets) == 3
    for snippet in snippets:
        exec(snippet, {})


def test_every_mart_is_on_the_server_row_for_row(
    demo: CommandLine, served: duckdb.DuckDBPyConnection, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "MTM_PUBLISH_TO", server.url())
    told = demo.json("publish-to")
    assert told["changed"] and told["tables"] == len(marts()) and demo.json("publish-to")["changed"] is False
    rows = 0
    for mart in marts():
        ours = sorted(map(repr, served.execute(f"FROM marts.{mart}").fetchall()))
        assert ours == sorted(map(repr, server.rows(f"SELECT * FROM marts.{mart}"))), mart
        rows += len(ours)
    assert rows == told["rows"]
    commented = "SELECT count(*) FROM pg_description d JOIN pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'marts' AND c.relname <> 'release'"  # fmt: skip
    assert server.rows(commented) == [(sum(len(m.columns) + 1 for m in marts().values()),)]
    keys = "SELECT contype::text, count(*) FROM pg_constraint WHERE connamespace = 'marts'::regnamespace AND contype IN ('p', 'f') GROUP BY 1 ORDER BY 1"  # fmt: skip
    assert server.rows(keys) == [("f", sum(len(m.foreign_keys) for m in marts().values())), ("p", len(marts()) + 1)]
