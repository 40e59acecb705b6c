"""The measured numbers of `slopes.yml`: their shape, and reading them.

What a number means is said here; what follows from them is worked out in `needs.py` and `queue.py`.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from pydantic import Field

from warehouse.operation_files import Strict, read_yaml

FILE = Path(__file__).with_name("slopes.yml")


class Slope(Strict):
    """A cost that grows: fixed, for each thousand values of the delivery, for each round that the home holds."""

    fixed: float = Field(default=0.0, ge=0)
    per_thousand_values: float = Field(default=0.0, ge=0)
    per_round: float = Field(default=0.0, ge=0)
    source: str  # where it was measured

    def at(self, values: float, rounds: float) -> float:
        """The cost for a delivery of so many values, into a home of so many rounds."""
        return self.fixed + self.per_thousand_values * values / 1000 + self.per_round * rounds


class Spread(Strict):
    """Runs beside their mean: a tenth of all runs each. Their mean is taken for 1."""

    ratios: list[float] = Field(min_length=2)
    source: str

    @property
    def scaled(self) -> list[float]:
        """With a mean of exactly 1."""
        mean = sum(self.ratios) / len(self.ratios)
        return [ratio / mean for ratio in self.ratios]


class Measured(Strict):
    """When, and on what."""

    day: date
    machine: str


class ARound(Strict):
    """The round that all was measured with."""

    values: int = Field(gt=0)
    file_bytes: int = Field(gt=0)
    source: str


class Limit(Strict):
    """Something that a home does for each round that it holds, and the seconds in which it must end."""

    what: str
    milliseconds_per_round: float = Field(gt=0)
    per_source: bool = False  # once for each source too
    seconds: float = Field(gt=0)
    then: str  # what happens beyond
    source: str

    def rounds(self, rounds_of_a_source: int = 30) -> float:
        """With how many rounds it ends just in time."""
        most = self.seconds * 1000 / self.milliseconds_per_round
        return float((most * rounds_of_a_source) ** 0.5) if self.per_source else most


class Slopes(Strict):
    """The file. `seconds` by stage of a run, wall clock of a run alone; `bytes` by place on the disk."""

    measured: Measured
    round: ARound
    seconds: dict[str, Slope]
    cores_of_a_run: Slope
    spread: Spread
    bytes: dict[str, Slope]
    memory_bytes: dict[str, Slope]
    events: dict[str, Slope]
    limits: list[Limit]

    def run_seconds(self, values: float, rounds: float) -> float:
        """What one run takes, alone on its core, from its start to its end."""
        return sum(slope.at(values, rounds) for slope in self.seconds.values())

    def rounds_at(self, seconds: float, values: float) -> float:
        """How many rounds a home may hold for a run to take so long; below zero where no home is small enough."""
        return (seconds - self.run_seconds(values, 0)) / sum(slope.per_round for slope in self.seconds.values())

    def runs_on(self, cores: int) -> int:
        """How many runs these cores take at once."""
        return max(1, int(cores / self.cores_of_a_run.fixed))


@cache
def slopes() -> Slopes:
    """The numbers as they stand."""
    return read_yaml(FILE, Slopes)
