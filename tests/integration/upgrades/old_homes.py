"""Homes that older versions made, from their archives (`homes/README.md`), for tests of upgrades and of backups."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

from tests.faults import toyland
from tests.toy import write_toy
from warehouse.settings import Home

HOMES = Path(__file__).with_name("homes")
REVISIONS = tuple(sorted(p.name.removesuffix(".tar.xz") for p in HOMES.glob("*.tar.xz")))
LAST = "eca2814"


def unpacked(archive: Path, folder: Path) -> Home:
    """The home as it lay there: nothing of today's program has looked at it. The toy operation of today lies beside it."""
    home = folder / "home"
    home.mkdir(parents=True)
    with tarfile.open(archive) as packed:
        packed.extractall(home, filter="fully_trusted")
    write_toy(folder)
    os.environ["MTM_OPERATIONS"] = str(folder / "operations")
    return Home(home)


def next_delivery(folder: Path, number: int = 3) -> Path:
    """A round that the home has not seen."""
    return toyland.delivery(folder, number)
