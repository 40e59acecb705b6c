"""A figure: what was measured, what it is compared with, the ratio, the goal, and whether it is met.

The shape of figures and of `goals.yml` belongs here; measuring and printing do not.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from warehouse.bench.measure import Taken
from warehouse.operation_files import read_yaml

Group = Literal[
    "overhead", "stages", "growth", "history", "again", "peers", "readers", "flip", "startup", "estimates", "engines"
]
GROUPS: tuple[Group, ...] = get_args(Group)


class Goal(BaseModel):
    """What a figure should be: its ratio, or its value."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    ratio_at_most: float | None = None
    ratio_at_least: float | None = None
    at_most: float | None = None

    def words(self, unit: str) -> str:
        """`ratio ≤ 3`."""
        told = [
            ("ratio ≤", self.ratio_at_most, ""),
            ("ratio ≥", self.ratio_at_least, ""),
            ("≤", self.at_most, f" {unit}"),
        ]
        return ", ".join(f"{sign} {bound:g}{tail}" for sign, bound, tail in told if bound is not None)

    def is_met(self, value: float, ratio: float | None) -> bool | None:
        """Whether all of it is met; None where the ratio it speaks of was not measured."""
        if ratio is None and (self.ratio_at_most is not None or self.ratio_at_least is not None):
            return None
        bounds = ((ratio, self.ratio_at_most, 1), (ratio, self.ratio_at_least, -1), (value, self.at_most, 1))
        return all(
            is_ == bound or (is_ or 0) * sign <= bound * sign for is_, bound, sign in bounds if bound is not None
        )


class Known(BaseModel):
    """What is said of a figure (`goals.yml`). `faster`: the ratio is the other way round, how many times as fast."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    group: Group
    what: str
    unit: Literal["s", "ms", "MB", "share", "slope", "reads"] = "s"
    against: str = ""
    faster: bool = False
    goal: Goal | None = None


class Goals(BaseModel):
    """The file `goals.yml`: code of a figure → what is said of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    figures: dict[str, Known]


@cache
def goals() -> dict[str, Known]:
    """Every figure that may be measured, in the order in which it is shown."""
    return read_yaml(Path(__file__).with_name("goals.yml"), Goals).figures


@dataclass(frozen=True)
class Figure:
    """One measured figure. `low` and `high`: of the turns; `detail`: what a reader may want to see behind it."""

    code: str
    value: float
    against: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    turns: int = 1
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> Known:
        """What `goals.yml` says of it."""
        return goals()[self.code]

    @property
    def is_met(self) -> bool | None:
        """None where it has no goal."""
        goal = self.known.goal
        return goal.is_met(self.value, self.ratio) if goal else None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the measured, what is said of it, the goal, and whether it is met."""
        known = self.known
        return {**asdict(self), "group": known.group, "what": known.what, "unit": known.unit, "against_what": known.against,
                "ratio_is": "against / value" if known.faster else "value / against",
                "goal": known.goal.model_dump(exclude_none=True) if known.goal else None, "is_met": self.is_met}  # fmt: skip


def figure(
    code: str, value: Taken, against: Taken | None = None, ratio: float | None = None, note: str = "", **detail: Any
) -> Figure:
    """A figure of seconds of the clock, beside what it is compared with."""
    if ratio is None and against:
        ratio = against.wall / value.wall if goals()[code].faster else value.wall / against.wall
    return Figure(
        code, round(value.wall, 4), round(against.wall, 4) if against else None, round(ratio, 3) if ratio is not None else None,
        round(value.low, 4), round(value.high, 4), value.turns, note,
        {"cpu": round(value.cpu, 4), **({"against_cpu": round(against.cpu, 4), "cpu_ratio": round(value.cpu / against.cpu, 3)} if against and against.cpu else {}), **detail},
    )  # fmt: skip
