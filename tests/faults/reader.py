"""A reader of the published side, as a BI tool or `mtm query` reads it, in a process of its own.

`python -m tests.faults.reader PUBLISHED STOP` reads until the file STOP is there, and prints what it saw. Nothing of the
project is asked. The releases it reads say one number in every mart (`steps.publish_numbered`).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import duckdb

NUMBERS = (
    "SELECT min(individuals), max(individuals) FROM marts.mart_population",
    "SELECT min(individuals), max(individuals) FROM marts.mart_place_ranks",
)


def read(path: str) -> int:
    """The number that a release says. Raises ValueError where its marts say several."""
    with duckdb.connect(path, read_only=True) as con:
        con.execute("SET enable_external_access = false; SET lock_configuration = true")
        said = {number for sql in NUMBERS for number in con.execute(sql).fetchall()[0]}
    if len(said) != 1:
        raise ValueError(f"mixed: {sorted(said)}")
    return int(said.pop())


def main(published: Path, stop: Path) -> None:
    """Read in a loop: by the pointer itself and by the folder that it names, in turn."""
    seen, reads, bad = 0, 0, []
    while not stop.exists() or not reads:
        folder = published / ("current" if reads % 2 else os.readlink(published / "current"))
        try:
            number = read(str(folder / "mtm.duckdb"))
            if number < seen:
                bad.append(f"backward: {number} after {seen}")
            seen = number
        except Exception as error:
            bad.append(f"{type(error).__name__}: {error}")
        reads += 1
    print(json.dumps({"reads": reads, "bad": bad, "last": seen}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
