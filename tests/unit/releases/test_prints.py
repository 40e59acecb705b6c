"""What is equal in two databases is known by round, and only what differs in both is matched row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

import duckdb
import pytest

from warehouse.releases.compare import diff_databases, diff_pair
from warehouse.releases.prints import Pair, Side

MART = """
CREATE TABLE {0}.marts.mart_population (round_key VARCHAR, place_code VARCHAR, place_level INT, population_category VARCHAR,
    category_name_en VARCHAR, category_name_ru VARCHAR, category_name_ky VARCHAR, sex VARCHAR, age_group VARCHAR,
    individuals BIGINT, is_suppressed BOOLEAN, PRIMARY KEY (round_key, place_code, population_category, sex, age_group))
"""
ROW = "('{0}', '{1}', {2}, 'returned', 'Returned', NULL, NULL, 'all', 'all', {3}, false)"


@pytest.fixture
def two() -> Iterator[duckdb.DuckDBPyConnection]:
    """A round of a country with one place, before and after."""
    with duckdb.connect(":memory:") as con:
        for name in ("one", "two"):
            con.execute(f"ATTACH ':memory:' AS {name}; CREATE SCHEMA {name}.marts; {MART.format(name)}")
            add(con, name, "r1", 10)
        yield con


def add(con: duckdb.DuckDBPyConnection, name: str, key: str, people: int) -> None:
    for place, level in (("K", 0), ("A", 1)):
        con.execute(f"INSERT INTO {name}.marts.mart_population VALUES {ROW.format(key, place, level, people)}")


def pair(con: duckdb.DuckDBPyConnection) -> Pair:
    """The two, which must not be joined."""

    def joined() -> NoReturn:
        raise AssertionError("rows are matched")

    return Pair(Side(con, "one"), Side(con, "two"), joined)


def test_equal_rows_are_not_matched(two: duckdb.DuckDBPyConnection) -> None:
    assert diff_pair(pair(two)) == {"marts": [], "equal": 1, "people": [], "people_moved": 0}


def test_a_round_that_differs_is_matched_and_the_others_are_counted(two: duckdb.DuckDBPyConnection) -> None:
    for name, people in (("one", 20), ("two", 25)):
        add(two, name, "r2", people)
    add(two, "two", "r3", 7)
    assert pair(two).rounds_differ("mart_population") == {"r2", "r3"}
    with pytest.raises(AssertionError, match="rows are matched"):
        diff_pair(pair(two))
    found = diff_databases(two, "one", "two")
    (mart,) = found["marts"]
    assert [mart[k] for k in ("rows_before", "rows_after", "added", "gone", "changed")] == [4, 6, 2, 0, 2]
    assert (mart["share_changed"], mart["people_net"], mart["people_gross"]) == (0.5, 5, 5)
    assert [(p["round_key"], p["before"], p["after"], p["moved"]) for p in found["people"]] == [
        ("r2", 20, 25, 5), ("r3", None, 7, None),
    ]  # fmt: skip


def test_a_round_that_is_gone_is_counted_without_matching(two: duckdb.DuckDBPyConnection) -> None:
    for name in ("one", "two"):
        two.execute(f"ALTER TABLE {name}.marts.mart_population RENAME TO mart_other")
    two.execute("INSERT INTO one.marts.mart_other SELECT 'r0', * EXCLUDE round_key FROM one.marts.mart_other")
    (mart,) = diff_pair(pair(two))["marts"]
    assert (mart["added"], mart["gone"], mart["changed"], mart["people_net"]) == (0, 2, 0, 0)


def test_another_value_or_column_is_no_equal_mart(two: duckdb.DuckDBPyConnection) -> None:
    assert pair(two).is_equal("mart_population")
    two.execute("ALTER TABLE two.marts.mart_population ADD COLUMN more INT")
    assert not pair(two).is_equal("mart_population") and not pair(two).rounds_differ("mart_population")
    two.execute("UPDATE two.marts.mart_population SET individuals = NULL WHERE place_code = 'A'")
    assert pair(two).rounds_differ("mart_population") == {"r1"}
