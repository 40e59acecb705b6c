"""The tables of docs/scaling.md, made of the model, so that no number there is typed: `python -m warehouse.bench.capacity.page`.

Which tables there are and writing them into the page belong here; the page's own words stand in the page, between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from warehouse.bench.capacity.needs import DAY, ROOM, Case, cases, needs
from warehouse.bench.capacity.queue import Answer, Plan, simulate
from warehouse.bench.capacity.slopes import Slope, slopes
from warehouse.bench.capacity.waiting import theory
from warehouse.bench.capacity.words import amount, seconds, two
from warehouse.settings import PROJECT

PAGE = PROJECT / "docs" / "scaling.md"
TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
EACH = 10**6  # homes: as many as there are operations
LOADS = [0.3, 0.5, 0.7, 0.8, 0.9]
HELD = [1, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000]
Rows = list[tuple[str, ...]]


def _table(head: tuple[str, ...], rows: Rows) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def you_have() -> str:
    """You have … → you need …, for each case in the layout that it needs and in the one before."""
    rows: Rows = []
    for case in cases():
        for homes in _layouts(case):
            n = needs(case, homes, slopes())
            wall = (
                f"busy {n.builder_load:.0%} of the day"
                if n.years_to_the_wall is None
                else f"**full after {_years(n.years_to_the_wall)}**"
            )
            disk = amount(sum(n.bytes.values()))
            rows.append(
                (case.name, _homes(n.homes), seconds(n.run_seconds), wall, str(n.cores), amount(n.memory_bytes), disk)
            )
    return _table(
        ("you have", "laid out in", "a run takes, in the end", "its builder is then", "cores", "memory", "disk"),
        rows,
    )


def _layouts(case: Case) -> list[int]:
    """One home; and where that fills up, homes of regions, then one for each operation."""
    tried: list[int] = []
    for homes in (1, 20, EACH):
        tried.append(min(homes, case.operations))
        if needs(case, homes, slopes()).builder_load <= ROOM:
            break
    return tried


def _homes(count: int) -> str:
    return "one home" if count == 1 else f"{count:,} homes"


def _years(years: float) -> str:
    return f"{two(years)} years" if years >= 1 else seconds(years * 365 * DAY)


def disk() -> str:
    """Where the bytes lie, for each case in the last of its layouts."""
    found = {case.case: needs(case, _layouts(case)[-1], slopes()) for case in cases()}
    places = list(next(iter(found.values())).bytes)
    rows: Rows = [(name, *(amount(n.bytes[name]) for n in found.values())) for name in places]
    rows += [
        ("Dagster's events a year", *(f"{two(365 * n.events_per_day)}" for n in found.values())),
        ("Dagster's storage, grown by a year of them", *(amount(n.event_bytes_per_year) for n in found.values())),
        ("partitions of a home", *(f"{n.partitions_of_a_home:,.0f}" for n in found.values())),
    ]
    return _table(("", *(f"`{case}`" for case in found)), rows)


def run() -> str:
    """What a run takes, stage by stage, in homes that hold more and more."""
    known, values = slopes(), slopes().round.values
    held = [1, 30, 300, 3000]
    rows: Rows = [(stage, *(seconds(s.at(values, r)) for r in held), s.source) for stage, s in known.seconds.items()]
    rows.append(("**all**", *(f"**{seconds(known.run_seconds(values, r))}**" for r in held), ""))
    return _table(("stage", *(f"{r:,} rounds" for r in held), "measured"), rows)


def walls() -> str:
    """How many deliveries a day one builder takes, by what its home holds."""
    known, values = slopes(), slopes().round.values
    rows: Rows = []
    for held in HELD:
        taken = known.run_seconds(values, held)
        rows.append((f"{held:,}", seconds(taken), f"{two(DAY / taken)}", f"{two(ROOM * DAY / taken)}"))
    return _table(("rounds in the home", "a run takes", "runs a day at most", "and without long waits (30 %)"), rows)


def limits() -> str:
    """What else a home does for each of its rounds, the first to be too slow first."""
    found = sorted(slopes().limits, key=lambda limit: limit.rounds())
    rows: Rows = [(x.what, two(x.rounds()), x.then, x.source) for x in found]
    return _table(("what must end in time", "up to about so many rounds in a home", "beyond", "measured"), rows)


def costs() -> str:
    """Bytes, memory and events: fixed and by round, and where they were measured."""
    known = slopes()
    rows: Rows = [(name.replace("_", " "), *_said(s)) for name, s in known.bytes.items()]
    rows += [(f"memory of one {name}", *_said(s)) for name, s in known.memory_bytes.items()]
    rows += [
        (f"{name.replace('_', ' ')} of Dagster's storage, a run", *_said(s))
        for name, s in known.events.items()
        if name != "of_a_run"
    ]
    return _table(("", "fixed", "each 1,000 values", "each round held", "measured"), rows)


def _said(slope: Slope) -> tuple[str, ...]:
    return (*(amount(x) if x else "" for x in (slope.fixed, slope.per_thousand_values, slope.per_round)), slope.source)


def layouts() -> dict[str, Plan]:
    """What is simulated for the page and its picture: 1,000 operations that each hold twelve rounds, after a year."""
    year = Plan(operations=1000, per_day=1000, days=30, rounds=12_000)
    known = slopes()
    return {
        "one home, 2 cores": replace(year, at_once=known.runs_on(2)),
        "20 homes of regions, 32 cores": replace(year, homes=20, at_once=known.runs_on(32)),
        "a home for each operation, 2 cores": replace(year, homes=1000, at_once=known.runs_on(2)),
        "a home for each operation, 8 cores": replace(year, homes=1000, at_once=known.runs_on(8)),
        "a home for each operation, 4 machines of 8 cores": replace(year, homes=1000, at_once=known.runs_on(32)),
    }


def simulated() -> str:
    """The daily deliveries of 1,000 operations, in each layout."""
    rows: Rows = []
    for name, plan in layouts().items():
        a, most = simulate(plan, slopes()), theory(plan, slopes()).most_per_day
        waits = [seconds(a.waited(s)) for s in (0.5, 0.95)] if a.empties else ["grows", "grows"]
        rows.append((name, seconds(theory(plan, slopes()).run_seconds), f"{two(most)}", *waits, f"{a.backlog[-1]:,}"))
    return _table(
        ("layout", "a run takes", "deliveries a day at most", "wait p50", "wait p95", "not done after 30 days"), rows
    )


def against_theory() -> str:
    """One builder, deliveries at random: simulated beside the formula, and beside deliveries as people send them."""
    plan = Plan(operations=24, per_day=0, rounds=300, days=60, at_once=1, steady=True)
    rows: Rows = []
    most = theory(plan, slopes()).most_per_day
    for load in LOADS:
        at = replace(plan, per_day=load * most)
        real = simulate(replace(at, steady=False), slopes())
        said = theory(at, slopes()).mean_wait
        rows.append((f"{load:.0%}", seconds(said or 0), seconds(simulate(at, slopes()).mean), *_as_sent(real)))
    return _table(("load", "mean wait by formula", "simulated at random", "as people send: mean", "p95", "max"), rows)


def _as_sent(a: Answer) -> tuple[str, str, str]:
    return seconds(a.mean), seconds(a.waited(0.95)), seconds(max(a.waits))


TABLES: dict[str, Callable[[], str]] = {
    "you_have": you_have, "disk": disk, "run": run, "walls": walls, "limits": limits, "costs": costs, "simulated": simulated,
    "against_theory": against_theory,
}  # fmt: skip


@cache
def page(text: str) -> str:
    """The page's text with its tables as the model has them."""
    return TABLE.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


def write(path: Path = PAGE) -> None:
    """Write the tables into the page, and its picture."""
    from warehouse.bench.capacity.picture import draw

    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
    draw()


if __name__ == "__main__":
    write()
