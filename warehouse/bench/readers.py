"""Readers: the questions of docs/questions.md against the served database, alone and while a round is published beside them.

Each question is asked many times on one open connection, in a process of its own; what a question costs is its own p50 and p95.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from warehouse.bench.again import one_cell
from warehouse.bench.figure import Figure
from warehouse.bench.homes import COMPONENTS, ROUND, Homes
from warehouse.bench.measure import Worker

NOTHING = "nothing"
ROUNDS = 20  # times that each question is asked in a turn


def readers(homes: Homes, turns: int) -> list[Figure]:
    """p50 and p95 over all questions, and the slowest question's own p95."""
    homes.restore()
    with Worker(**homes.environment) as reader, Worker(**homes.environment) as line:
        line.call("bench.line:take", path=str(homes.delivery("bma", ROUND)))
        line.call("bench.line:take", path=str(homes.delivery("rms", ROUND)))
        where = str(homes.live)
        alone = reader.call("bench.readers:ask", home=where, rounds=ROUNDS * turns).answer
        beside = _beside(homes, reader, line)
    return [*_figures("readers", alone, None), *_figures("readers_publishing", beside, alone)]


def _beside(homes: Homes, reader: Worker, line: Worker) -> dict[str, list[float]]:
    """Asked for as long as another process takes a corrected round to a release."""
    path = homes.delivery(COMPONENTS[0], ROUND)
    corrected = one_cell(path, homes.work / "corrected" / path.name)
    parts: list[dict[str, list[float]]] = []
    with ThreadPoolExecutor(1) as pool:
        published = pool.submit(line.call, "bench.line:take", path=str(corrected))
        while not published.done() or not parts:
            parts.append(reader.call("bench.readers:ask", home=str(homes.live), rounds=1).answer)
        published.result()  # raises where nothing was published: then nobody read beside it
    return {name: [x for part in parts for x in part[name]] for name in parts[0]}


def _figures(code: str, taken: dict[str, list[float]], alone: dict[str, list[float]] | None) -> list[Figure]:
    """`alone` is what it is compared with; of the questions alone: SELECT 1."""
    asked = {name: values for name, values in taken.items() if name != NOTHING}
    base = {name: values for name, values in alone.items() if name != NOTHING} if alone else {NOTHING: taken[NOTHING]}
    pooled, other = _pooled(asked), _pooled(base)
    slowest = max(asked, key=lambda name: percentile(asked[name], 95))
    figures = []
    for part, value, against in (
        ("p50", percentile(pooled, 50), percentile(other, 50)),
        ("p95", percentile(pooled, 95), percentile(other, 95)),
        ("slowest", percentile(asked[slowest], 95), percentile(base[slowest] if alone else other, 95)),
    ):
        detail: dict[str, Any] = {"questions": len(asked), "reads": len(pooled), "slowest_question": slowest}
        figures.append(
            Figure(
                f"{code}_{part}",
                round(value, 3),
                round(against, 3),
                round(value / against, 2),
                turns=len(asked[slowest]),
                detail=detail,
            )
        )
    return figures


def _pooled(taken: dict[str, list[float]]) -> list[float]:
    return [x for values in taken.values() for x in values]


def percentile(values: list[float], percent: float) -> float:
    """The value that so many percent do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100).__int__() - 1)]
