"""A lab whose publishing step takes a tenth of a second, so that hundreds of places can be tried, and a look that is as quick.

The quick step and look belong here; what is tried with them does not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import toyland
from tests.faults.lab import Lab, copy_home
from tests.faults.served import Served

FIRST = {toyland.round_key(1): toyland.people(1)}
STEP = "@publish_quickly"


@dataclass
class Quick:
    """A lab whose publishing step takes a tenth of a second (`steps.publish_quickly`), and a look that is as quick."""

    lab: Lab
    first: Served
    after: Served
    environment: dict[str, str]
    files: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def served(self) -> Served:
        """What is served: where it is the old release, each file with its size, time and mode; else the whole look."""
        published = self.lab.home / "published"
        if os.readlink(published / "current") == "releases/r000001" and not (published / "releases/r000002").exists():
            assert files_of(published / "releases/r000001") == self.files, "the old release was touched"
            return self.first
        return self.lab.served()

    def publish(self, what: str) -> None:
        """The last step of the next run. Raises AssertionError where it does not succeed."""
        process = self.lab.start(STEP, environment=self.environment)
        assert process.wait() == 0, f"{what}: the next publication says {process.said}"


def made(lab: Lab) -> Quick:
    """A lab in the state `ready`, with a finished release of its candidate beside it."""
    first, done = lab.served(), lab.folder / "done"
    files = files_of(lab.home / "published/releases/r000001")
    lab.mtm("@publish_prepared")
    if not done.exists():
        copy_home(lab.home / "published/releases/r000002", done)
    after, build = lab.served(), lab.folder / "state-ready/build/candidate"
    lab.put_back("ready")
    return Quick(lab, first, after, {"FAULT_FOLDER": str(done), "FAULT_BUILD": str(build)}, files)


def files_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Size, time and mode of everything in a folder."""
    told = {p.relative_to(folder).as_posix(): p.lstat() for p in sorted(folder.rglob("*"))}
    return {name: (s.st_size, s.st_mtime_ns, s.st_mode) for name, s in told.items()}
