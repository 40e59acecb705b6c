"""Flip and rollback: how long it takes until another release is served, with readers that open the database all the time.

Two processes read in a loop meanwhile; a read that fails or finds half a release is counted.
"""

from __future__ import annotations

from contextlib import ExitStack

from warehouse.bench.figure import Figure, figure
from warehouse.bench.homes import Homes
from warehouse.bench.measure import Cost, Worker, command, median, mtm

READERS = 2
FLIPS = 20  # in a turn


def flips(homes: Homes, turns: int) -> list[Figure]:
    """Milliseconds of the flip in a warm process, of `mtm rollback` as a command, and the failed reads of both."""
    homes.restore()
    releases = sorted(p.name for p in (homes.live / "published" / "releases").iterdir())
    where = str(homes.live)
    with ExitStack() as stack:
        loops = [stack.enter_context(Worker(**homes.environment)) for _ in range(READERS)]
        line = stack.enter_context(Worker(**homes.environment))
        line.call("bench.readers:flip", home=where, release=releases[0])
        for loop in loops:
            loop.call("bench.readers:begin", home=where)
        taken = [
            line.call("bench.readers:flip", home=where, release=releases[(n + 1) % len(releases)]).answer
            for n in range(FLIPS * turns)
        ]
        beside = _rolled_back(homes, releases, turns)
        told = [loop.call("bench.readers:end").answer for loop in loops]
    seconds, back = median([Cost(x, 0.0) for x in taken]), _rolled_back(homes, releases, turns)
    reads, failed = sum(t["reads"] for t in told), sum(t["failed"] for t in told)
    return [
        Figure(
            "flip",
            round(1000 * seconds.wall, 3),
            None,
            None,
            round(1000 * seconds.low, 3),
            round(1000 * seconds.high, 3),
            seconds.turns,
        ),
        Figure(
            "flip_failed_reads",
            float(failed),
            float(reads),
            None,
            turns=len(taken) + len(beside),
            detail={"readers": READERS, "kinds": told},
        ),
        figure("rollback", median(back), median(beside)),
    ]


def _rolled_back(homes: Homes, releases: list[str], turns: int) -> list[Cost]:
    """`mtm rollback` as a command, there and back; the first release is served before and after."""
    return [command(mtm("rollback", release), **homes.environment) for _ in range(turns) for release in releases[1::-1]]
