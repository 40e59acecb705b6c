"""The homes that are measured: made in the bench's own folder, put back as they were before each turn.

Where they lie, what stands in them and the deliveries that come into them belong here; what is measured does not. All of it
is synthetic, and nothing of the installation's own home is read or written.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from warehouse.bench.measure import Worker

SEED = 2024
COMPONENTS = ("bma", "rms")
BEFORE, ROUND = 3, 4  # the rounds that stand, and those that are measured


@dataclass
class Homes:
    """All homes of one run of the bench, below `work`."""

    work: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a process that works in the live home is told. Models are parsed once, as in an installation that ran before."""
        return {"MTM_HOME": str(self.live), "MTM_DBT_TARGET": str(self.work / "dbt"), "MTM_HANDOUTS": "off", "MTM_OPERATIONS": "",
                "MTM_PUBLISH_TO": "", "DAGSTER_HOME": ""}  # fmt: skip

    @property
    def live(self) -> Path:
        """The home in which turns are taken."""
        return self.work / "home"

    @property
    def floor(self) -> Path:
        """The floor's folder."""
        return self.work / "floor"

    def delivery(self, component: str, number: int, seed: int = SEED) -> Path:
        """The whole delivery of a synthetic round; another seed is another delivery of the same shape."""
        from warehouse.sample.make import make_round

        folder = self.work / "deliveries" / f"{seed}-{component}-{number}"
        return make_round(folder, component, number, seed)[-1] if not folder.is_dir() else sorted(folder.iterdir())[-1]

    @cached_property
    def base(self) -> Path:
        """A home in which the rounds before are published, and the floor's database that holds the same."""
        kept = self.work / "base"
        with Worker(**self.environment) as line, Worker(**self.environment) as floor:
            for number, component in enumerate(COMPONENTS):
                path = self.delivery(component, BEFORE)
                taken = line.call("bench.line:take", path=str(path)).answer
                if not number:
                    floor.call("bench.floor_taken:prepare", home=str(self.live), folder=str(self.floor))
                floor.call("bench.floor_taken:round_taken", folder=str(self.floor), home=str(self.live),
                           release=taken["release"], round_key=taken["round"], path=str(path))  # fmt: skip
            floor.call("bench.floor_taken:keep", folder=str(self.floor))
        shutil.copytree(self.live, kept, symlinks=True)
        return kept

    def restore(self, base: Path | None = None) -> None:
        """The live home as the base is."""
        base = base or self.base
        remove(self.live)
        shutil.copytree(base, self.live, symlinks=True)


def remove(folder: Path) -> None:
    """A folder with all in it, also where it may only be read (a release)."""
    for path, _, _ in os.walk(folder):
        os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)
