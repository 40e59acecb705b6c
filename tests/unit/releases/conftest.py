"""A home with the toy operation, and one with releases in a row, made once and copied."""

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
def made_once(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Homes with the first three, and with five releases."""
    folder = tmp_path_factory.mktemp("made")
    home = Home(folder / "home").ensure()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(write_toy(folder).parent))
        for day, people in enumerate((10, 20, 30, 40, 50), 1):
            published(home, {"A": people, "B": 100}, day=f"2026-01-0{day if day < 4 else 2}")  # the clock stepped back
            if day == 3:
                shutil.copytree(home.root, folder / "three", symlinks=True)
    return {3: folder / "three", 5: home.root}


@pytest.fixture
def three(tmp_path: Path, toy: Path, made_once: dict[int, Path]) -> Home:
    """r000001, r000002 and r000003, the last one served: 110, 120, 130 people; to be harmed."""
    return _copied(made_once[3], tmp_path)


@pytest.fixture
def five(tmp_path: Path, toy: Path, made_once: dict[int, Path]) -> Home:
    """The same with r000004 and r000005: 140 and 150 people."""
    return _copied(made_once[5], tmp_path)


def _copied(made: Path, folder: Path) -> Home:
    shutil.copytree(made, folder / "home", symlinks=True)
    return Home(folder / "home")
