"""What lies on the server is what lies in the release: rows, types, comments, keys, rights; read with psycopg, not with our code."""

from __future__ import annotations

import math
from typing import Any

import duckdb
import psycopg
import pytest

from tests.integration.postgres.server import ESCAPED, Server
from warehouse.errors import MtmError
from warehouse.serving.postgres import load
from warehouse.serving.postgres.publish import publish_to
from warehouse.serving.postgres.tables import type_of
from warehouse.serving.postgres.target import target
from warehouse.settings import Home


def _of_duckdb(home: Home, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.current / "mtm.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_every_row_of_every_mart_is_equal(line: Home, server: Server) -> None:
    answer = publish_to(line, target(server.url()))
    marts = [name for (name,) in _of_duckdb(line, "SELECT table_name FROM duckdb_tables() ORDER BY 1")]
    assert (answer.changed, answer.release_id, answer.before, answer.tables) == (True, "r000003", None, len(marts))
    assert len(marts) == 6 and answer.rows > 15
    for mart in marts:
        ours, theirs = (sorted(map(repr, rows)) for rows in (
            _of_duckdb(line, f"FROM marts.{mart}"), server.rows(f"SELECT * FROM marts.{mart}")))  # fmt: skip
        assert ours == theirs, mart
    numbers = [n for (n,) in server.rows("SELECT number FROM marts.mart_every_type ORDER BY id")]
    assert numbers[4] == math.inf and math.copysign(1, numbers[9]) == -1 and numbers[7] == 5e-324
    assert server.rows("SELECT text IS NULL, text = '' FROM marts.mart_every_type WHERE id IN (2, 3) ORDER BY id") == [
        (False, True),
        (True, None),
    ]


def test_types_comments_and_keys_are_the_served_database_s(line: Home, server: Server) -> None:
    publish_to(line, target(server.url()))
    kinds = dict(server.rows("SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE attnum > 0 "
                             "AND attrelid = 'marts.mart_every_type'::regclass"))  # fmt: skip
    assert kinds == {"id": "integer", "small": "smallint", "big": "bigint", "huge": "numeric(38,0)", "exact": "numeric(18,4)",
                     "number": "double precision", "flag": "boolean", "day": "date", "moment": "timestamp without time zone", "text": "text"}  # fmt: skip
    assert server.rows("SELECT obj_description('marts.mart_every_type'::regclass), col_description('marts.mart_every_type'::regclass, 5)") == [
        ("One row per kind of value; it's \"said\" – по-русски", "Four decimals; 100 % exact")]  # fmt: skip
    keys = server.rows("SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'marts'::regnamespace ORDER BY 1, 2")  # fmt: skip
    assert ("marts.mart_population", "FOREIGN KEY (round_key) REFERENCES marts.dim_round(round_key)") in keys
    assert ("marts.mart_population", "PRIMARY KEY (round_key, place_code, population_category, sex, age_group)") in keys
    assert ("marts.mart_quality", "FOREIGN KEY (round_key) REFERENCES marts.dim_round(round_key)") in keys
    with pytest.raises(psycopg.errors.NotNullViolation):
        server.do("INSERT INTO marts.mart_every_type (id) VALUES (99)")
    indexed = [d for (d,) in server.rows("SELECT indexdef FROM pg_indexes WHERE tablename = 'mart_population'")]
    assert any(d.endswith("(place_code)") for d in indexed)


def test_the_release_says_which_it_is(line: Home, server: Server) -> None:
    answer = publish_to(line, target(server.url()))
    [(release, content, rounds, synthetic, loaded)] = server.rows(
        "SELECT release_id, content_hash, round_keys, is_synthetic, loaded_at > now() - interval '1 minute' FROM marts.release")  # fmt: skip
    assert (release, content, synthetic, loaded) == ("r000003", answer.content_hash, False, True)
    assert rounds == "toy-baseline-r01 (1)"
    [(about,)] = server.rows("SELECT obj_description('marts'::regnamespace)")
    assert about.startswith("MTM release r000003 of 2026-01-02T10:00:00Z. ") and answer.content_hash in about
    again = publish_to(line, target(server.url()))
    assert (again.changed, again.before) == (False, "r000003")


def test_the_role_reads_and_can_do_nothing_else(line: Home, server: Server) -> None:
    server.do("CREATE SCHEMA other; CREATE TABLE other.secret (a int)")
    publish_to(line, target(server.url()))
    server.do("CREATE USER analyst PASSWORD 'pw' IN ROLE mtm_reader")
    with psycopg.connect(server.url("analyst", "pw"), autocommit=True) as con:
        assert con.execute("SELECT sum(individuals) FROM marts.mart_population WHERE place_level = 0").fetchone() == (
            130,
        )
        for denied in (
            "INSERT INTO marts.mart_plain VALUES (9, 'x')", "UPDATE marts.mart_plain SET b = 'x'", "DELETE FROM marts.mart_plain",
            "TRUNCATE marts.mart_plain", "CREATE TABLE marts.mine (a int)", "SELECT * FROM other.secret", "DROP TABLE marts.mart_plain",
            "UPDATE marts.release SET release_id = 'r9'", "CREATE SCHEMA mine",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                con.execute(denied)
    publish_to(line, target(server.url()), force=True)  # the next schema lets them in too
    with psycopg.connect(server.url("analyst", "pw")) as con:
        assert con.execute("SELECT count(*) FROM marts.release").fetchone() == (1,)


def test_a_publisher_with_few_rights_is_told_what_it_lacks(line: Home, server: Server) -> None:
    server.do("CREATE USER publisher PASSWORD 'pw'")
    to = target(server.url("publisher", "pw"))
    with pytest.raises(MtmError) as found:
        publish_to(line, to)
    assert found.value.code == "missing_rights" and "GRANT CREATE ON DATABASE" in found.value.todo
    server.do("GRANT CREATE ON DATABASE postgres TO publisher")
    try:
        answer = publish_to(line, to)
        assert answer.changed and "CREATE ROLE mtm_reader NOLOGIN" in answer.notes[0]
        server.do("CREATE ROLE mtm_reader NOLOGIN")
        assert publish_to(line, to, force=True).notes == []
        assert server.rows("SELECT has_table_privilege('mtm_reader', 'marts.mart_population', 'SELECT')") == [(True,)]
    finally:
        server.do("REVOKE CREATE ON DATABASE postgres FROM publisher")


def test_a_row_that_comes_back_otherwise_is_never_served(
    line: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a trigger of the server, a fault or a bug changes on the way."""
    whole = load.primary

    def spoilt(table: Any, schema: str) -> Any:
        from psycopg.sql import SQL, Identifier

        spoil = SQL("UPDATE {} SET individuals = individuals + 1 WHERE place_level = 0").format(
            Identifier(schema, table.name)
        )
        return [*whole(table, schema), *([spoil] if table.name == "mart_population" else [])]

    monkeypatch.setattr(load, "primary", spoilt)
    with pytest.raises(MtmError, match=r"mart_population does not read back .* with other values") as found:
        publish_to(line, target(server.url()))
    assert (
        found.value.code == "copy_differs"
        and server.rows("SELECT nspname FROM pg_namespace WHERE nspname ~ 'marts'") == []
    )


def test_nested_types_are_refused_by_name() -> None:
    for kind in ("INTEGER[]", "MAP(VARCHAR, VARCHAR)", "STRUCT(a INTEGER)"):
        with pytest.raises(MtmError) as found:
            type_of(kind)
        assert found.value.code == "unknown_type"


def test_no_password_is_told(line: Home, server: Server) -> None:
    for url in (
        server.url(password="wr0ng-pw"),
        server.url(user="nobody", password=ESCAPED),
        server.url(database="gone"),
    ):
        with pytest.raises(MtmError) as found:
            publish_to(line, target(url))
        text = str(found.value) + repr(found.value.as_dict()) + repr(target(url))
        assert (
            "pw" not in text
            and "4711" not in text
            and found.value.code in ("authentication_failed", "database_unknown")
        )
