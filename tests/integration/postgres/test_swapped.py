"""The swap: readers see one whole release, others' views live on, a publisher that dies leaves nothing, nothing goes back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import psycopg
import pytest

from tests.integration.postgres.server import Server
from warehouse.errors import MtmError, UsageError
from warehouse.releases.verify import rollback
from warehouse.serving.postgres import publish as steps
from warehouse.serving.postgres.publish import publish_to
from warehouse.serving.postgres.target import target
from warehouse.settings import PROJECT, Home

PEOPLE = {"r000001": 110, "r000002": 120, "r000003": 130}
ONE = "SELECT (SELECT release_id FROM marts.release), (SELECT individuals::int FROM marts.mart_population WHERE place_level = 0)"


def schemas(server: Server) -> list[str]:
    return [n for (n,) in server.rows("SELECT nspname FROM pg_namespace WHERE nspname ~ '^marts' ORDER BY 1")]


def served(server: Server) -> tuple[str, int]:
    [(release, people)] = server.rows(ONE)
    return release, people


class Reader(threading.Thread):
    """Reads until it is told to stop: statements alone, or two in a transaction of that isolation."""

    def __init__(self, server: Server, isolation: str) -> None:
        super().__init__()
        self.server, self.isolation = server, isolation
        self.seen: list[tuple[str, int]] = []
        self.bad: list[str] = []
        self.stopped = False

    def run(self) -> None:
        with psycopg.connect(self.server.url(), autocommit=True) as con:
            while not self.stopped:
                try:
                    self.seen.append(self._read(con))
                except psycopg.Error as error:
                    self.bad.append(repr(error))

    def _read(self, con: psycopg.Connection[Any]) -> tuple[str, int]:
        if not self.isolation:
            return con.execute(ONE).fetchone()  # type: ignore[return-value]
        with con.transaction():
            con.execute(f"SET TRANSACTION ISOLATION LEVEL {self.isolation}")
            release = con.execute("SELECT release_id FROM marts.release").fetchone()
            people = con.execute("SELECT individuals::int FROM marts.mart_population WHERE place_level = 0").fetchone()
            return (*release, *people)  # type: ignore[misc,return-value]


def test_readers_never_fail_and_see_one_release_each(line: Home, server: Server) -> None:
    to = target(server.url())
    publish_to(line, to, "r000001")
    readers = [Reader(server, kind) for kind in ("", "READ COMMITTED", "REPEATABLE READ")]
    for reader in readers:
        reader.start()
    for name in ("r000002", "r000003"):
        time.sleep(0.1)
        publish_to(line, to, name)
    time.sleep(0.1)
    for reader in readers:
        reader.stopped = True
        reader.join()
        assert reader.bad == [] and all(PEOPLE[release] == people for release, people in reader.seen)
        releases = [release for release, _ in reader.seen]
        assert releases == sorted(releases) and releases[0] == "r000001" and releases[-1] == "r000003"
    assert schemas(server) == ["marts"]


def test_an_older_snapshot_does_not_see_empty_tables(line: Home, server: Server) -> None:
    """A transaction whose snapshot is from before the load, and which reads after the swap, sees the new release whole."""
    to = target(server.url())
    publish_to(line, to, "r000001")
    with psycopg.connect(server.url()) as con:
        con.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        con.execute("SELECT count(*) FROM pg_class")
        publish_to(line, to, "r000002")
        assert con.execute(ONE).fetchone() == ("r000002", 120)


def test_a_long_reader_is_waited_for_and_then_named(line: Home, server: Server) -> None:
    to = target(server.url())
    publish_to(line, to, "r000001")
    with psycopg.connect(server.url(), application_name="a dashboard") as con:
        assert con.execute(ONE).fetchone() == ("r000001", 110)
        started = time.monotonic()
        with pytest.raises(MtmError) as found:
            publish_to(line, to, "r000002", wait=0.5)
        assert time.monotonic() - started < 10
        assert (
            found.value.code == "readers_hold_on"
            and f"process {con.info.backend_pid} of postgres (a dashboard)" in found.value.what
        )
        assert con.execute(ONE).fetchone() == ("r000001", 110)
        timer = threading.Timer(0.5, con.commit)
        timer.start()
        assert publish_to(line, to, "r000002", wait=30).changed
        timer.join()
    assert served(server) == ("r000002", 120) and schemas(server) == ["marts"]


def test_it_never_goes_back_by_accident(line: Home, server: Server) -> None:
    to = target(server.url())
    publish_to(line, to)
    with pytest.raises(UsageError) as found:
        publish_to(line, to, "r000002")
    assert found.value.code == "older_release" and served(server)[0] == "r000003"
    rollback(line, "r000002")
    answer = publish_to(line, to)  # the older one is what is current now
    assert (answer.release_id, answer.before, served(server)) == ("r000002", "r000003", ("r000002", 120))
    assert publish_to(line, to, "r000001", force=True).changed and served(server) == ("r000001", 110)
    server.do("UPDATE marts.release SET content_hash = 'of another home'")
    rollback(line, "r000001")
    with pytest.raises(UsageError) as found:
        publish_to(line, to)
    assert found.value.code == "other_installation"


def test_a_schema_of_somebody_else_is_not_touched(line: Home, server: Server) -> None:
    server.do("CREATE SCHEMA marts; CREATE TABLE marts.mart_population (mine int)")
    with pytest.raises(MtmError) as found:
        publish_to(line, target(server.url()))
    assert found.value.code == "schema_taken" and server.rows("SELECT count(*) FROM marts.mart_population") == [(0,)]
    assert publish_to(line, target(server.url(), schema="mtm")).schema == "mtm"
    server.do("CREATE SCHEMA empty")
    assert publish_to(
        line, target(server.url(), schema="empty")
    ).changed  # an administrator may have made it beforehand


KILLED = """
import sys, time
from pathlib import Path
from warehouse.serving.postgres import readers
from warehouse.serving.postgres.publish import publish_to
from warehouse.serving.postgres.target import configured
from warehouse.settings import Home
def waiting(*_):
    print("loaded", flush=True)
    time.sleep(60)
readers.let_in = waiting
publish_to(Home(Path(sys.argv[1])), configured())
"""


def test_a_publisher_that_is_killed_leaves_nothing(line: Home, server: Server) -> None:
    publish_to(line, target(server.url()), "r000001")
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(line.root)], stdout=subprocess.PIPE, cwd=PROJECT, text=True,
                             env={**os.environ, "MTM_PUBLISH_TO": server.url()})  # fmt: skip
    assert child.stdout and child.stdout.readline() == "loaded\n"
    with pytest.raises(MtmError) as found:  # while it lives, nobody else publishes
        publish_to(line, target(server.url()), wait=0.1)
    assert found.value.code == "publisher_busy"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert served(server) == ("r000001", 110)
    assert publish_to(line, target(server.url())).before == "r000001"
    assert served(server) == ("r000003", 130) and schemas(server) == ["marts"]
    assert not list(line.build.glob("publish-to-*/*.csv"))


def test_a_broken_connection_is_tried_again(line: Home, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_to(line, target(server.url()), "r000001")
    whole, tries = steps._load, []

    def breaking(home: Home, con: Any, source: Any, fresh: str) -> Any:
        tries.append(fresh)
        if len(tries) < 3:
            server.do(f"SELECT pg_terminate_backend({con.info.backend_pid})")
        return whole(home, con, source, fresh)

    monkeypatch.setattr(steps, "_load", breaking)
    assert publish_to(line, target(server.url())).changed and len(tries) == 3
    tries[:] = []
    monkeypatch.setattr(steps, "TRIES", 2)
    with pytest.raises(MtmError) as found:
        publish_to(line, target(server.url()), force=True)
    assert found.value.code == "connection_lost" and served(server) == ("r000003", 130)


def test_views_of_others_read_the_new_release(line: Home, server: Server) -> None:
    to = target(server.url())
    publish_to(line, to, "r000001")
    server.do(
        """CREATE USER dash PASSWORD 'pw' IN ROLE mtm_reader; CREATE SCHEMA bi;
           CREATE VIEW bi.people WITH (security_barrier=true) AS SELECT individuals::int AS n FROM marts.mart_population WHERE place_level = 0;
           CREATE VIEW bi.twice AS SELECT 2 * n AS n FROM bi.people;
           CREATE VIEW marts.inside AS SELECT release_id FROM marts.release;
           COMMENT ON VIEW bi.people IS 'mine'; GRANT USAGE ON SCHEMA bi TO dash; GRANT SELECT ON bi.people, bi.twice TO dash;
           CREATE ROLE byhand; GRANT USAGE ON SCHEMA marts TO byhand; GRANT SELECT ON marts.mart_plain TO byhand"""
    )
    answer = publish_to(line, to, "r000002")
    assert (
        answer.moved == ["bi.people", "marts.inside"]
        and answer.left == answer.notes == []
        and schemas(server) == ["marts"]
    )
    with psycopg.connect(server.url("dash", "pw")) as con:
        assert con.execute("SELECT p.n, t.n FROM bi.people p, bi.twice t").fetchone() == (120, 240)
    assert server.rows("SELECT release_id FROM marts.inside") == [("r000002",)]
    assert server.rows("SELECT reloptions::text, obj_description(oid) FROM pg_class WHERE relname = 'people'") == [
        ("{security_barrier=true}", "mine")
    ]
    assert server.rows("SELECT has_schema_privilege('byhand', 'marts', 'USAGE'), has_table_privilege('byhand', 'marts.mart_plain', 'SELECT'), "
                       "has_table_privilege('byhand', 'marts.mart_population', 'SELECT')") == [(True, True, False)]  # fmt: skip


def test_what_can_not_follow_is_named_and_kept(line: Home, server: Server) -> None:
    to = target(server.url())
    publish_to(line, to, "r000001")
    server.do(
        """CREATE SCHEMA bi; CREATE MATERIALIZED VIEW bi.kept AS SELECT individuals::int AS n FROM marts.mart_population WHERE place_level = 0;
           CREATE TABLE bi.mine (round_key text REFERENCES marts.dim_round)"""
    )
    answer = publish_to(line, to, "r000002")
    assert answer.left[0] == "bi.kept" and "bi.mine" in answer.left[1] and len(answer.left) == 2
    assert "marts_r000001_retired" in answer.notes[0] and schemas(server) == ["marts", "marts_r000001_retired"]
    assert server.rows("SELECT n FROM bi.kept") == [(110,)] and served(server) == ("r000002", 120)
    again = publish_to(line, to)
    assert "marts_r000001_retired" in again.notes[0] and served(server) == ("r000003", 130)
    server.do("DROP SCHEMA bi CASCADE")
    assert publish_to(line, to).notes == [] and schemas(server) == ["marts"]  # nothing to publish, the rest is swept
