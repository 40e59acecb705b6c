"""A home with releases whose every mart says the same number, and readers in processes of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.toy import write_toy
from tests.unit.releases.made import candidate, verdict_on
from warehouse.releases.publish import publish
from warehouse.settings import PROJECT, Home

INDEX = "no package index can be reached"


def publish_number(home: Home, number: int) -> str:
    """Publish a release that says `number` in mart_population (the country) and in mart_plain; its id."""
    one = candidate(home, {"A": number})
    with duckdb.connect(str(one.database)) as con:
        con.execute("UPDATE marts.mart_plain SET a = ?", [number])
        con.execute(
            "COMMENT ON TABLE marts.dim_round IS 'One row per round'; COMMENT ON COLUMN marts.dim_round.round_key IS 'Key'"
        )
    return publish(home, one, verdict_on(one)).release_id


@pytest.fixture(scope="session")
def numbered_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("numbered")
    home = Home(folder / "home").ensure()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(write_toy(folder).parent))
        for number in (101, 102):
            publish_number(home, number)
    return home.root


@pytest.fixture
def numbered(tmp_path: Path, numbered_once: Path, toy: Path) -> Home:
    """r000001 says 101, r000002 says 102 and is served."""
    shutil.copytree(numbered_once, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


@pytest.fixture(scope="session")
def uv() -> str:
    """The installer, with which a client of another version runs in an environment of its own."""
    found = PROJECT / ".setup" / "bin" / "uv"
    path = str(found) if found.exists() else shutil.which("uv")
    if not path:
        pytest.skip("uv is not at hand: make setup gets it")
    return path
