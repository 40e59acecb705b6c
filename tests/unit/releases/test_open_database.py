"""A database that several steps fill: opened once, closed beside what comes next, errors of closing told to who waits."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from warehouse.releases.open_database import OpenDatabase


@pytest.fixture
def opened(tmp_path: Path) -> OpenDatabase:
    return OpenDatabase(tmp_path / "build.duckdb", {"threads": 1})


def rows(opened: OpenDatabase) -> list[Any]:
    with duckdb.connect(str(opened.path), read_only=True) as con:
        return con.execute("from kept").fetchall()


def test_all_steps_share_one_connection_until_it_is_closed(opened: OpenDatabase) -> None:
    con = opened.con
    con.execute("create table kept as select 1 as n")
    assert opened.con is con
    opened.close()
    opened.close()  # nothing is open: nothing happens
    assert rows(opened) == [(1,)]


def test_who_waits_for_the_end_of_closing_finds_the_whole_file(opened: OpenDatabase) -> None:
    opened.con.execute("create table kept as select 1 as n")
    opened.begin_closing()
    opened.close()
    assert rows(opened) == [(1,)] and not opened.path.with_name("build.duckdb.wal").exists()


def test_it_opens_again_after_it_was_closed_beside(opened: OpenDatabase) -> None:
    opened.con.execute("create table kept as select 1 as n")
    opened.begin_closing()
    opened.con.execute("insert into kept values (2)")
    opened.close()
    assert rows(opened) == [(1,), (2,)]


def test_what_goes_wrong_in_closing_is_raised_where_somebody_waits(opened: OpenDatabase) -> None:
    def full() -> None:
        raise duckdb.IOException("no room")

    opened._con = SimpleNamespace(close=full)  # type: ignore[assignment]
    opened.begin_closing()
    with pytest.raises(duckdb.IOException):
        opened.close()
