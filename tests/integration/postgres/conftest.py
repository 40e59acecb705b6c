"""One PostgreSQL server, and a home with three small releases of which one mart holds every type."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.integration.postgres.server import Server, start
from tests.toy import write_toy
from tests.unit.releases.made import candidate, verdict_on
from warehouse.releases.publish import publish
from warehouse.settings import Home

EVERY_TYPE = r"""
CREATE TABLE marts.mart_every_type (
    id INTEGER, small SMALLINT, big BIGINT, huge DECIMAL(38, 0), exact DECIMAL(18, 4), number DOUBLE, flag BOOLEAN NOT NULL, day DATE,
    moment TIMESTAMP, text VARCHAR, PRIMARY KEY (id));
INSERT INTO marts.mart_every_type VALUES
    (1, -32768, 9223372036854775807, 99999999999999999999999999999999999999, 12345678901234.5678, 0.1, true, '2024-02-29', '2024-02-29 23:59:59.123456', 'plain'),
    (2, 32767, -9223372036854775808, -99999999999999999999999999999999999999, -0.0001, 1e-300, false, '0001-01-01', '1970-01-01', ''),
    (3, NULL, NULL, NULL, NULL, NULL, true, NULL, NULL, NULL),
    (4, 0, 0, 0, 0, 1.7976931348623157e308, false, '9999-12-31', '9999-12-31 00:00:00', 'Бишкек шаары, Ысык-Көл 🏔 "кавычки" ''апостроф'''),
    (5, 1, 1, 1, 1, 'inf', true, '1969-12-31', '1900-01-01 00:00:00.000001', E'two\nlines\r\nand\ttab, comma; \\. \\N \\x41'),
    (6, 2, 2, 2, 2, 0.30000000000000004, true, NULL, NULL, E'\\.'),
    (7, 3, 3, 3, 3, '-inf', true, NULL, NULL, '  spaces  '),
    (8, 4, 4, 4, 4, 5e-324, true, NULL, NULL, 'NULL'),
    (9, 5, 5, 5, 5, 3.0, true, NULL, NULL, '"'),
    (10, 6, 6, 6, 6, '-0.0'::DOUBLE, true, NULL, NULL, E'\n');
COMMENT ON TABLE marts.mart_every_type IS 'One row per kind of value; it''s "said" – по-русски';
COMMENT ON COLUMN marts.mart_every_type.exact IS 'Four decimals; 100 % exact';
COMMENT ON TABLE marts.dim_round IS 'One row per round';
"""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    home = Home(folder / "home").ensure()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(write_toy(folder).parent))
        for people in (10, 20, 30):
            one = candidate(home, {"A": people, "B": 100})
            with duckdb.connect(str(one.database)) as con:
                con.execute(EVERY_TYPE)
            publish(home, one, verdict_on(one))
    return home.root


@pytest.fixture
def line(tmp_path: Path, made: Path, toy: Path) -> Home:
    """r000001, r000002 and r000003, the last one served: 110, 120, 130 people."""
    shutil.copytree(made, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


@pytest.fixture(autouse=True)
def clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test leaves the server as it found it: schemas, roles and users of tests are dropped."""
    yield
    if "server" not in request.fixturenames:
        return
    running: Server = request.getfixturevalue("server")
    for (name,) in running.rows("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|public)'"):
        running.do(f'DROP SCHEMA "{name}" CASCADE')
    for (name,) in running.rows("SELECT rolname FROM pg_roles WHERE rolname !~ '^(pg_|postgres$)'"):
        running.do(f'DROP OWNED BY "{name}"; DROP ROLE "{name}"')
