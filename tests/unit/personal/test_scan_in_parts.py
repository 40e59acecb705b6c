"""Many values are searched some at a time: what is found is the same, and a SQLite file is searched for all of them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from warehouse.personal import scan, search
from warehouse.settings import Home

VALUES = [f"+996 555 {n:03d} 1{n:02d}" for n in range(11)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home").ensure()
    (made.published / "one.csv").write_text(f"a,{VALUES[0]}\nb,{VALUES[10]}\n", encoding="utf-8")
    with sqlite3.connect(made.root / "log.db") as con:
        con.execute("CREATE TABLE told (text VARCHAR)")
        con.executemany("INSERT INTO told VALUES (?)", [(VALUES[3],), (VALUES[9],), ("nothing",)])
    return made


def test_parts_find_what_one_search_finds(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scan.search_home(home, VALUES)
    for module in (search, scan):
        monkeypatch.setattr(module, "AT_ONCE", 3)
    parts = scan.search_home(home, VALUES)
    assert parts == whole
    assert sorted(parts.whose) == sorted(parts.hits)
    assert {value for found in whole.whose.values() for value in found} == {VALUES[i] for i in (0, 3, 9, 10)}


def test_each_part_searches_what_is_new_since_the_last_scan(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (search, scan):
        monkeypatch.setattr(module, "AT_ONCE", 3)
    marks: dict[str, dict[str, int]] = {}
    found = scan._search(home.root, VALUES, [home.root / "log.db"], marks)
    assert sum(found.hits.values()) == 2
    again = scan._search(home.root, VALUES, [home.root / "log.db"], marks)
    assert not again.hits
