"""Growth: rounds of 1, 10, 100 and 1,000 times a Kyrgyz one, each in a fresh process and a fresh home.

Wall and processor seconds, the peak memory of the whole process tree, and the slope: 1 is linear, less is better. The
deliveries are made by `generate.py`; how they are made is not measured.
"""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from warehouse.bench.figure import Figure
from warehouse.bench.homes import Homes, remove
from warehouse.bench.measure import Cost, Memory, Worker
from warehouse.progress import tell

SMALL, LARGE = (1, 10), (1, 10, 100, 1000)
ENOUGH = 100_000_000  # survey answers that the largest size must have, where large sizes are asked for


@dataclass(frozen=True)
class Grown:
    """One size: how many rows and answers, and what the line took."""

    times: int
    rows: int
    answers: int
    cost: Cost
    peak_mb: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        stages = {name: round(seconds, 2) for name, seconds in self.cost.answer["stages"].items()}
        return {"times": self.times, "rows": self.rows, "answers": self.answers, "wall": round(self.cost.wall, 2),
                "cpu": round(self.cost.cpu, 2), "peak_mb": round(self.peak_mb), "stages": stages}  # fmt: skip


def growth(homes: Homes, sizes: tuple[int, ...], *, large: bool) -> list[Figure]:
    """Of each component: the largest size beside the smallest, the slope between them, the peak memory."""
    figures: list[Figure] = []
    for component in ("rms", "bma"):
        chosen = _sizes(homes, component, sizes, large=large)
        figures += _figures(component, [_grown(homes, component, times) for times in chosen])
    return figures


def _sizes(homes: Homes, component: str, sizes: tuple[int, ...], *, large: bool) -> tuple[int, ...]:
    """The sizes; of a survey the largest goes up to `ENOUGH` answers."""
    if sizes or not large:
        return sizes or SMALL
    one = generated(homes, component, 1).answers
    return (*LARGE[:-1], max(LARGE[-1], math.ceil(ENOUGH / one))) if component == "rms" else LARGE


def generated(homes: Homes, component: str, times: int) -> Any:
    """A made round of so many times a Kyrgyz one (`Generated`), in a folder of its own."""
    from warehouse.bench.generate import generate

    return generate(homes.work / "growth" / f"{component}-{times}", times, component)  # type: ignore[arg-type]


def _grown(homes: Homes, component: str, times: int) -> Grown:
    tell(f"growth: {component} {times} times")
    made = generated(homes, component, times)
    home = homes.work / "growth-home"
    environment = {**homes.environment, "MTM_HOME": str(home), "MTM_OPERATIONS": str(made.operation_folder)}
    with Worker(**environment) as line, Memory(line.process.pid) as memory:
        cost = line.call("bench.line:take", path=str(made.path), operation=made.round_key.split("-")[0])
    remove(home)
    shutil.rmtree(Path(made.path).parent, ignore_errors=True)
    return Grown(times, made.rows, made.answers, cost, memory.peak)


def _figures(component: str, grown: list[Grown]) -> list[Figure]:
    first, last = grown[0], grown[-1]
    steps = [{"from": a.times, "to": b.times, "slope": round(slope(a, b), 3)} for a, b in pairwise(grown)]
    detail = {"sizes": [g.as_dict() for g in grown], "slopes": steps}
    whole = slope(grown[-2], last) if len(grown) > 1 else 1.0
    return [
        Figure(f"growth_{component}", round(last.cost.wall, 2), round(first.cost.wall, 2), round(last.cost.wall / first.cost.wall, 2),
               note=f"growth_{component}: {last.times:,} times beside {first.times:,}; {last.answers:,} {'answers' if component == 'rms' else 'counts'} in the largest", detail=detail),
        Figure(f"growth_{component}_slope", round(whole, 3), detail={"steps": steps}),
        Figure(f"growth_{component}_memory", round(last.peak_mb), round(first.peak_mb), round(last.peak_mb / first.peak_mb, 2) if first.peak_mb else None),
    ]  # fmt: skip


def slope(one: Grown, other: Grown) -> float:
    """How much faster time grows than size, on logarithms: 1 is linear."""
    return math.log(other.cost.wall / one.cost.wall) / math.log(other.times / one.times)
