"""A home with the toy operation, and one with three releases in a row, made once and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.toy import write_toy
from tests.unit.releases.made import published
from warehouse.settings import Home


@pytest.fixture
def line(home: Home, toy: Path) -> Home:
    """A home without a release; its rounds are of the toy operation."""
    return home


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """r000001, r000002 and r000003, the last one served: 110, 120, 130 people."""
    folder = tmp_path_factory.mktemp("three")
    home = Home(folder / "home").ensure()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(write_toy(folder).parent))
        for day, people in enumerate((10, 20, 30), 1):
            published(home, {"A": people, "B": 100}, day=f"2026-01-0{day}")
    return home.root


@pytest.fixture
def three(tmp_path: Path, toy: Path, made_once: Path) -> Home:
    """A copy of it, to be harmed."""
    shutil.copytree(made_once, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")
