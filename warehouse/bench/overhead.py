"""Overhead and stages: a BMA and an RMS round through the line, beside the floor, and where the line's time goes.

Each turn takes deliveries that no process has seen before (another seed), on a home in which the rounds before stand. The
floor's marts are held against the release's in every turn: where they differ, nothing is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from warehouse.bench.figure import Figure, figure, goals
from warehouse.bench.homes import COMPONENTS, ROUND, SEED, Homes
from warehouse.bench.measure import Cost, Taken, Worker, command, median, mtm, ratio
from warehouse.errors import MtmError

OTHER = 100  # what is added to the seed of a turn for a second delivery of the same shape
WAYS = ("floor", "bare", "line", "handouts", "read")


@dataclass
class Turns:
    """Costs by way and component, turn by turn."""

    costs: dict[tuple[str, str], list[Cost]] = field(default_factory=dict)
    compared: dict[str, Any] = field(default_factory=dict)

    def both(self, way: str) -> list[Cost]:
        """The costs of both rounds of a turn together."""
        parts = [self.costs[way, component] for component in COMPONENTS]
        return [
            Cost(sum(c.wall for c in turn), sum(c.cpu for c in turn), [c.answer for c in turn])
            for turn in zip(*parts, strict=True)
        ]


def overhead(homes: Homes, turns: int) -> list[Figure]:
    """Warm: the line against the floor, in turns. Fresh: the commands as a person gives them. And the stages."""
    taken = _taken(homes, turns)
    line, floor = taken.both("line"), taken.both("floor")
    figures = [_against(taken, "overhead_warm", line, floor, compared=taken.compared)]
    for component in COMPONENTS:
        one, other = taken.costs["line", component], taken.costs["floor", component]
        figures.append(_against(taken, f"overhead_warm_{component}", one, other, floor_parts=_parts(other)))
    figures.append(_against(taken, "overhead_handouts", taken.both("handouts"), floor))
    figures.append(_against(taken, "overhead_bare", floor, taken.both("bare")))
    return [*figures, *_fresh(homes, turns), *_stages(line, taken.both("read"))]


def _against(taken: Turns, code: str, one: list[Cost], other: list[Cost], **detail: Any) -> Figure:
    return figure(
        code,
        median(one),
        median(other),
        ratio(one, other),
        cpu_ratio_of_turns=round(ratio(one, other, "cpu"), 3),
        **detail,
    )


def _taken(homes: Homes, turns: int) -> Turns:
    taken = Turns({(way, component): [] for way in WAYS for component in COMPONENTS})
    homes.restore()
    with Worker(**homes.environment) as line, Worker(**homes.environment) as floor:
        for turn in range(turns + 1):  # the first one warms both up and is not counted
            costs, taken.compared = _turn(homes, line, floor, SEED + turn)
            for key, cost in costs.items() if turn else ():
                taken.costs[key].append(cost)
    return taken


def _turn(homes: Homes, line: Worker, floor: Worker, seed: int) -> tuple[dict[tuple[str, str], Cost], dict[str, Any]]:
    costs: dict[tuple[str, str], Cost] = {}
    paths = {component: homes.delivery(component, ROUND, seed) for component in COMPONENTS}
    homes.restore()
    for component in COMPONENTS:  # of its own seed: the line must not have seen a file before its own turn
        path = homes.delivery(component, ROUND, seed + OTHER)
        costs["handouts", component] = line.call("bench.line:take", path=str(path), handouts=True)
    homes.restore()
    floor.call("bench.floor_taken:again", folder=str(homes.floor))
    where = {"folder": str(homes.floor), "home": str(homes.live)}
    for component, path in paths.items():
        cost = costs["line", component] = line.call("bench.line:take", path=str(path))
        asked = {**where, "release": cost.answer["release"], "round_key": cost.answer["round"], "path": str(path)}
        costs["floor", component] = floor.call("bench.floor_taken:round_taken", **asked)
        compared = floor.call("bench.floor_taken:compared", **where, release=cost.answer["release"]).answer
        must_agree(compared)
        costs["read", component] = line.call("bench.line:read", path=str(path))
    floor.call("bench.floor_taken:again", folder=str(homes.floor))
    for component, path in paths.items():
        told = costs["line", component].answer
        asked = {**where, "release": told["release"], "round_key": told["round"], "path": str(path)}
        costs["bare", component] = floor.call("bench.floor_taken:round_taken", **asked, proofs=False)
    return costs, compared


def must_agree(compared: dict[str, Any]) -> None:
    """Raises MtmError (`floor_differs`) where the floor's marts are not the release's: no overhead can be told then."""
    if compared["differences"] or not compared["marts"]:
        raise MtmError(
            f"the floor's marts are not those of the release: {'; '.join(compared['differences'][:3]) or 'no mart was compared'}",
            where="bench/floor.py", expected="the same rows and values", todo="mend the floor or the models: until then no overhead is told",
            code="floor_differs",
        )  # fmt: skip


def _parts(floor: list[Cost]) -> dict[str, float]:
    """Seconds of the floor's own parts: the median of the turns."""
    return {part: round(median([Cost(c.answer[part], 0.0) for c in floor]).wall, 4) for part in floor[0].answer}


def _fresh(homes: Homes, turns: int) -> list[Figure]:
    """`mtm receive` and `mtm run` as processes of their own, reports and package included: what a person waits for."""
    costs: dict[str, list[Cost]] = {component: [] for component in COMPONENTS}
    environment = {**homes.environment, "MTM_HANDOUTS": "on"}
    for turn in range(turns):
        homes.restore()
        for component in COMPONENTS:
            path = homes.delivery(component, ROUND, SEED + turn)
            received = command(mtm("receive", str(path)), **environment)
            run = command(mtm("run"), **environment)
            costs[component].append(Cost(received.wall + run.wall, received.cpu + run.cpu, run.wall))
    return [
        figure(
            f"overhead_fresh_{c}",
            median(costs[c]),
            run_alone=round(median([Cost(x.answer, 0) for x in costs[c]]).wall, 3),
        )
        for c in COMPONENTS
    ]


def _stages(line: list[Cost], read: list[Cost]) -> list[Figure]:
    """Seconds of each stage of both rounds, and its share of the whole: medians of the turns."""
    told = [
        {name: sum(part["stages"].get(name, 0.0) for part in turn.answer) for name in _names(turn)} for turn in line
    ]
    for stages, cells in zip(told, read, strict=True):
        stages["read"] = cells.wall
        stages["gate"] = sum(seconds for name, seconds in stages.items() if name.startswith("gate "))
    figures = []
    for code, known in goals().items():
        name = code.removeprefix("stage_").replace("_", " ")
        if known.group == "stages" and all(name in stages for stages in told):
            costs = [Cost(stages[name], 0.0) for stages in told]
            figures.append(_stage(code, median(costs), costs, line))
    return figures


def _stage(code: str, taken: Taken, costs: list[Cost], line: list[Cost]) -> Figure:
    whole = median(line)
    return Figure(
        code,
        round(taken.wall, 4),
        round(whole.wall, 4),
        round(ratio(costs, line), 4),
        round(taken.low, 4),
        round(taken.high, 4),
        taken.turns,
    )


def _names(turn: Cost) -> list[str]:
    return list(dict.fromkeys(name for part in turn.answer for name in part["stages"]))
