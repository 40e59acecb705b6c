"""The floor: a round from delivery to the same marts, as bare Polars and DuckDB, to measure the line against.

What a good engineer would write who needs these figures and nothing else: no Dagster, no dbt, no gate, no release, no vault, no
findings, no profile, no provenance. It reads the workbook by calamine, normalizes by the codebook in a few Polars expressions,
hands the frames to DuckDB without a copy on disk, and runs the marts' SQL on all cores.

    read        every cell as text, once (`floor_read.py`)
    normalize   rows, places, counts, answers (`floor_rows.py`, `floor_values.py`, `floor_normalize.py`)
    reference   the operation's places, indicators, names and published figures as tables: the marts are made of them too
    build       all below at once, as far as one does not need the other
    marts       the SQL (`floor_sql.py`, `floor_marts.py`): what the models compile to. It is not written by hand a second
                time: a hundred statements that had to agree to the last digit would be the same SQL, with errors
    statistics  estimates, weights and change between rounds: `warehouse/survey`, called as the models call it
    proofs      what is withheld so that nothing else tells it: `warehouse/counts`, `warehouse/survey`. The figure without this
                is given too (`proofs=False`); then some marts show what must not be shown

It stays honest by comparison: `floor_compare.py` holds its marts against those of the release, value for value.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.floor_marts import build, load, opened
from bench.floor_normalize import normalize
from bench.floor_read import read
from bench.floor_sql import Step
from warehouse.operations import find_round
from warehouse.releases.manifest import RoundVersion
from warehouse.releases.reference import load_reference
from warehouse.releases.reference_schema import REFERENCE
from warehouse.settings import Home

DATABASE = "floor.duckdb"


@dataclass(frozen=True)
class Told:
    """What the marts say of a release beside its figures: the round, all rounds' versions, the releases so far (oldest first)."""

    round_key: str
    versions: list[RoundVersion]
    history: list[dict[str, Any]]
    key: bytes  # of pseudonyms: where two informants say the same, the order of their keys decides who is believed


def take(folder: Path, delivery: Path, told: Told, steps: list[Step], *, proofs: bool = True) -> dict[str, float]:
    """Take one round into the floor's database in `folder`, on top of what it holds; seconds by part."""
    spent: dict[str, float] = {}
    clock = time.perf_counter()

    def lap(part: str) -> None:
        nonlocal clock
        spent[part], clock = time.perf_counter() - clock, time.perf_counter()

    operation, known = find_round(told.round_key)
    book = next(b for b in operation.codebooks if b.component == known.component)
    sheets = read(delivery, book, known.number)
    lap("read")
    frames = normalize(sheets, book, operation, told.round_key, told.key)
    lap("normalize")
    with opened(folder / DATABASE) as connection:
        load(connection, frames, told.round_key)
        reference(connection, told, folder)
        lap("reference")
        busy = build(connection, steps, proofs=proofs)
        lap("build")
    lap("close")
    return {**spent, **{f"busy_{part}": seconds for part, seconds in busy.items()}}


def reference(connection: Any, told: Told, folder: Path) -> None:
    """The operation's files as tables `reference_<name>`, and the round to build."""
    rows = [{**r, "is_current": r is told.history[-1]} for r in told.history]
    load_reference(connection, told.versions, rows, Home(folder))
    for name in REFERENCE:
        connection.execute(f"create or replace view work.reference_{name} as from floor.reference.{name}")
    there = connection.execute(
        "select count(*) from duckdb_tables() where database_name = 'floor' and table_name = 'mart_release_vintages'"
    ).fetchall()
    if there[0][0]:  # what the release before said
        columns = ", ".join(REFERENCE["release_statement"])
        connection.execute(f"insert into floor.reference.release_statement select {columns} from mart_release_vintages")
    connection.execute(
        "create or replace table work.control_round_to_build as select ? as round_key, false as is_partial",
        [told.round_key],
    )
