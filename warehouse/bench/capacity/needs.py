"""What so many operations need: runs, cores, memory, disk, events and partitions, from the measured slopes.

Reckoning belongs here, for one way to lay out homes at a time; waiting in the queue is worked out in `waiting.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from warehouse.bench.capacity.slopes import Slopes
from warehouse.operation_files import Strict, read_yaml

DAY = 86_400.0  # seconds
KEPT = 10  # releases that `mtm gc` keeps where nothing else is said
ROOM = (
    0.3  # of a day that builders and cores are planned for: deliveries come together, and above it they wait for hours
)
FILE = Path(__file__).with_name("cases.yml")


class Case(Strict):
    """How much there is. Deliveries and rounds are those of one operation; values, those of one delivery."""

    case: str = "asked"
    name: str = "as asked"
    operations: int = Field(gt=0)
    rounds_per_year: float = Field(gt=0)
    deliveries_per_day: float = Field(gt=0)
    years: float = Field(gt=0)
    values: float = Field(gt=0)

    @property
    def rounds(self) -> float:
        """All rounds in the end."""
        return self.operations * self.rounds_per_year * self.years

    @property
    def deliveries(self) -> float:
        """All deliveries in the end."""
        return self.operations * self.deliveries_per_day * 365 * self.years


class Cases(Strict):
    """The file."""

    cases: list[Case]


@dataclass(frozen=True)
class Needs:
    """What a case needs in its last year, laid out in `homes` of equal size. Bytes are on the disk, all homes together."""

    homes: int
    rounds_of_a_home: float
    run_seconds: float
    runs_per_day: float  # of all homes
    builder_load: float  # of each home's one builder: above 1 its queue never empties
    years_to_the_wall: float | None  # when a builder is full; None where it never is in these years
    cores: int
    memory_bytes: float
    bytes: dict[str, float]
    events_per_day: float
    event_bytes_per_year: float
    partitions_of_a_home: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        from dataclasses import asdict

        return {**asdict(self), "bytes_of_all": sum(self.bytes.values())}


def needs(case: Case, homes: int, known: Slopes) -> Needs:
    """Work a case out for so many homes, each with its own vault, builder and release; at most one for each operation."""
    homes = min(homes, case.operations)
    rounds, per_day = case.rounds / homes, case.operations * case.deliveries_per_day
    run = known.run_seconds(case.values, rounds)
    load = per_day / homes * run / DAY
    busy = min(load, 1) * homes  # a builder can't do more than one thing at a time, however many cores there are
    cores = max(2, math.ceil(busy * known.cores_of_a_run.fixed / ROOM))
    at_once = max(1, math.ceil(busy))
    memory = homes * _fixed(known, "instance", rounds) + at_once * known.memory_bytes["run"].at(case.values, rounds)
    stored = known.events["bytes_postgresql"].at(case.values, rounds)
    return Needs(
        homes, rounds, run, per_day, load, _wall(case, homes, known), cores, memory, _bytes(case, homes, rounds, known),
        per_day * known.events["of_a_run"].fixed, 365 * per_day * stored, rounds,
    )  # fmt: skip


def _fixed(known: Slopes, name: str, rounds: float) -> float:
    return known.memory_bytes[name].at(0, rounds)


def _bytes(case: Case, homes: int, rounds: float, known: Slopes) -> dict[str, float]:
    """The vault and the canonical tables keep every delivery; databases and releases are those that are kept."""
    of = {name: slope.at(0, rounds) for name, slope in known.bytes.items()}
    per_delivery = {name: known.bytes[name].at(case.values, 0) for name in ("vault", "canonical")}
    releases = sum(of[name] for name in ("serving_database", "parquet", "package", "reports", "manifest"))
    return {
        "vault": case.deliveries * per_delivery["vault"],
        "canonical tables": case.deliveries * per_delivery["canonical"],
        "build databases": homes * KEPT * of["build_database"],
        "releases": homes * KEPT * releases,
    }


def _wall(case: Case, homes: int, known: Slopes) -> float | None:
    """Years until a run takes as long as the time between two deliveries of a home."""
    between = DAY * homes / (case.operations * case.deliveries_per_day)
    held = known.rounds_at(between, case.values)
    years = max(0.0, held * homes / (case.operations * case.rounds_per_year))
    return years if years < case.years else None


def cases() -> list[Case]:
    """The cases of docs/scaling.md."""
    return read_yaml(FILE, Cases).cases
