"""What the releases before said of the counts: from the parent, or from the earlier release that holds the same tables."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from warehouse.releases.former_cells import load_former_cells
from warehouse.releases.manifest import Manifest, RoundVersion
from warehouse.releases.reference_schema import REFERENCE
from warehouse.releases.serving import DATABASE, SCHEMA
from warehouse.settings import Home

KEYS = ("fine-bma-r01", "fine-bma-r02", "coarse-bma-r01")
COLUMNS = """operation VARCHAR, round_key VARCHAR, population_category VARCHAR, sex VARCHAR, age_group VARCHAR, place_code VARCHAR,
             individuals BIGINT, households BIGINT, is_suppressed BOOLEAN"""


def _version(key: str, letter: str) -> RoundVersion:
    return RoundVersion(key, letter, 1, letter * 64, letter * 16, "files")


def _release(home: Home, number: int, letters: str) -> None:
    """A release in which every round is delivery A, B …, with that release's number as its count."""
    name = f"r{number:06}"
    folder = home.releases / name
    folder.mkdir(parents=True)
    rounds = [_version(key, letter) for key, letter in zip(KEYS, letters, strict=True)]
    parent = f"r{number - 1:06}" if number > 1 else None
    manifest = Manifest(name, parent, "2026-01-01T00:00:00Z", "", "", "", rounds, [])
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest)), encoding="utf-8")
    with duckdb.connect(str(folder / DATABASE)) as con:
        con.execute(f"CREATE SCHEMA {SCHEMA}; CREATE TABLE {SCHEMA}.mart_population ({COLUMNS})")
        for key in KEYS:
            row = [key.split("-")[0], key, number]
            con.execute(
                f"INSERT INTO {SCHEMA}.mart_population VALUES (?, ?, 'idp', 'all', 'all', 'P', ?, NULL, false)", row
            )


def _told(home: Home, letters: str, releases: int) -> dict[str, int]:
    """Round → the number of the release that its cells come from, for a candidate of these deliveries."""
    names = [f"r{n:06}" for n in range(1, releases + 2)]
    history = [{"release_id": n, "parent_release_id": p} for n, p in zip(names, [None, *names], strict=False)]
    with duckdb.connect(":memory:") as con:
        kept = ", ".join(f"{name} {kind}" for name, kind in REFERENCE["release_cell"].items())
        con.execute(f"CREATE SCHEMA reference; CREATE TABLE reference.release_cell ({kept})")
        con.execute(
            "CREATE TABLE reference.operation AS SELECT * FROM "
            "(VALUES ('fine', 4, 4), ('coarse', 2, 3)) AS t (operation, finest_published_level, suppress_from_level)"
        )
        versions = [_version(key, letter) for key, letter in zip(KEYS, letters, strict=True)]
        load_former_cells(con, versions, history, home)
        return dict(con.execute("SELECT round_key, individuals FROM reference.release_cell").fetchall())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    for number, letters in enumerate(("AAA", "BAA", "BBA"), 1):
        _release(made, number, letters)
    return made


def test_the_parent_tells_what_stands_and_what_is_new(home: Home) -> None:
    assert _told(home, "BBA", 3) == {"fine-bma-r01": 3, "fine-bma-r02": 3}
    assert _told(home, "CBA", 3) == {"fine-bma-r01": 3, "fine-bma-r02": 3}


def test_a_delivery_that_stands_again_is_told_by_the_release_that_held_it(home: Home) -> None:
    assert _told(home, "ABA", 3) == {"fine-bma-r01": 1, "fine-bma-r02": 3}
    assert _told(home, "AAA", 3) == {"fine-bma-r01": 1, "fine-bma-r02": 2}  # the newest that holds it


def test_the_parent_tells_where_that_release_is_removed(home: Home) -> None:
    (home.releases / "r000001" / DATABASE).unlink()
    assert _told(home, "ABA", 3) == {"fine-bma-r01": 3, "fine-bma-r02": 3}


def test_a_first_release_is_told_nothing(home: Home) -> None:
    assert _told(home, "AAA", 0) == {}
