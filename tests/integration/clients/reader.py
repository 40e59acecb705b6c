"""A reader of the published side, in a process of its own: `python reader.py KIND PUBLISHED STOP`.

Nothing of the project is imported, so that any version of a client can run it. Kinds: fresh, held, parquet, pool.
Prints what it saw, in order, and what went wrong.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ASKED = "SELECT (SELECT max(individuals) FROM {population} WHERE place_level = 0), (SELECT min(a) FROM {plain}), (SELECT max(a) FROM {plain})"
SERVED = ASKED.format(population="marts.mart_population", plain="marts.mart_plain")


def fresh(published: Path) -> Callable[[], tuple[int, ...]]:
    """A new connection for each question, through the pointer."""
    import duckdb

    def ask() -> tuple[int, ...]:
        with duckdb.connect(str(published / "current" / "mtm.duckdb"), read_only=True) as con:
            return con.execute(SERVED).fetchone()  # type: ignore[return-value]

    return ask


def held(published: Path) -> Callable[[], tuple[int, ...]]:
    """One connection for the whole time; beside it a new one each time, in the same process."""
    import duckdb

    con = duckdb.connect(str(published / "current" / "mtm.duckdb"), read_only=True)
    first = con.execute(SERVED).fetchone()
    new = fresh(published)

    def ask() -> tuple[int, ...]:
        assert con.execute(SERVED).fetchone() == first, "a connection that is held saw another release"
        return new()

    return ask


def parquet(published: Path) -> Callable[[], tuple[int, ...]]:
    """Two files of one release: the pointer is followed once."""
    import duckdb

    def ask() -> tuple[int, ...]:
        folder = os.path.realpath(published / "current")
        files = {name: f"read_parquet('{folder}/parquet/mart_{name}.parquet')" for name in ("population", "plain")}
        return duckdb.connect().execute(ASKED.format(**files)).fetchone()  # type: ignore[return-value]

    return ask


def pool(published: Path) -> Callable[[], tuple[int, ...]]:
    """SQLAlchemy with duckdb-engine, without a pool, as the manual says."""
    import sqlalchemy
    from sqlalchemy.pool import NullPool

    engine = sqlalchemy.create_engine(
        f"duckdb:///{published}/current/mtm.duckdb", poolclass=NullPool, connect_args={"read_only": True}
    )

    def ask() -> tuple[int, ...]:
        with engine.connect() as con:
            return tuple(con.execute(sqlalchemy.text(SERVED)).one())

    return ask


def main(kind: str, published: Path, stop: Path) -> dict[str, Any]:
    """Read until the file STOP is there; once more after that."""
    ask, seen, bad = {"fresh": fresh, "held": held, "parquet": parquet, "pool": pool}[kind](published), [], []
    print("ready", flush=True)
    last = False
    while not last:
        last = stop.exists()
        try:
            said = set(ask())
            if len(said) != 1:
                bad.append(f"mixed: {sorted(said)}")
            seen.append(min(said))
        except Exception as error:
            bad.append(f"{type(error).__name__}: {error}")
        time.sleep(0.03)  # the publisher needs the machine too
    return {"reads": len(seen), "seen": [n for i, n in enumerate(seen) if not i or n != seen[i - 1]], "bad": bad}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
