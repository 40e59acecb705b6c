"""Commands that reckon: `mtm bench capacity`, what so much would need, and `mtm bench queue`, what would wait.

Only asking and printing belongs here; the model is in `bench/capacity/`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from warehouse.cli.output import json_option, print_json, print_table
from warehouse.errors import UsageError

if TYPE_CHECKING:
    from warehouse.bench.capacity.needs import Needs
    from warehouse.bench.capacity.queue import Answer
    from warehouse.bench.capacity.waiting import Theory

AT_LEAST_ONE = click.IntRange(1, 100_000)
MORE_THAN_NONE = click.FloatRange(0, 1_000_000, min_open=True)
OPERATIONS = click.option("--operations", type=AT_LEAST_ONE, default=1000, show_default=True, help="Operations in all.")
DAILY = click.option(
    "--deliveries-per-day", type=MORE_THAN_NONE, default=1.0, show_default=True, help="Of one operation."
)
ROUNDS = click.option(
    "--rounds-per-year", type=MORE_THAN_NONE, default=12.0, show_default=True, help="Of one operation."
)
VALUES = click.option("--values", type=click.FloatRange(1, 1e9), default=65_000, show_default=True, help="Counts and answers of one delivery.")  # fmt: skip
HOMES = click.option(
    "--homes", type=AT_LEAST_ONE, default=1, show_default=True, help="Homes that share the operations."
)


@click.command()
@OPERATIONS
@DAILY
@ROUNDS
@click.option("--years", type=click.FloatRange(0, 100, min_open=True), default=5.0, show_default=True)
@VALUES
@HOMES
@json_option
def capacity(operations: int, deliveries_per_day: float, rounds_per_year: float, years: float, values: float, homes: int, as_json: bool) -> None:  # fmt: skip
    """What so many operations need after so many years: builders, cores, memory, disk, events, partitions.

    Worked out from the costs that were measured (docs/scaling.md says how); nothing is measured now.
    """
    from warehouse.bench.capacity.needs import Case, needs
    from warehouse.bench.capacity.slopes import slopes

    _fits(homes, operations)
    asked = Case(operations=operations, deliveries_per_day=deliveries_per_day, rounds_per_year=rounds_per_year, years=years, values=values)  # fmt: skip
    found = needs(asked, homes, slopes())
    if as_json:
        print_json({"asked": asked.model_dump(exclude={"case", "name"}), **found.as_dict()})
        return
    print_table(["what", "needed"], _shown(found))
    click.echo(_verdict(found))


def _shown(found: Needs) -> list[tuple[str, str]]:
    from warehouse.bench.capacity.words import amount, seconds

    disk = [(f"disk: {name}", amount(size)) for name, size in found.bytes.items()]
    return [
        ("homes", f"{found.homes:,}"), ("rounds of a home", f"{found.rounds_of_a_home:,.0f}"),
        ("one run takes", seconds(found.run_seconds)), ("runs a day, all homes", f"{found.runs_per_day:,.0f}"),
        ("work for each builder, a day", seconds(86_400 * found.builder_load)), ("cores", f"{found.cores:,}"),
        ("memory", amount(found.memory_bytes)), *disk, ("Dagster's events a day", f"{found.events_per_day:,.0f}"),
        ("Dagster's storage a year", amount(found.event_bytes_per_year)),
    ]  # fmt: skip


def _verdict(found: Needs) -> str:
    if found.years_to_the_wall is None:
        return "One builder in each home is enough."
    if found.years_to_the_wall == 0:
        return "More comes in each day than one builder can take, from the first day: more homes (--homes)."
    return f"After {found.years_to_the_wall:.2g} years a home takes in more than its one builder can: more homes (--homes)."


@click.command()
@OPERATIONS
@DAILY
@HOMES
@click.option(
    "--cores", type=click.IntRange(1, 100_000), default=2, show_default=True, help="Of all machines together."
)
@click.option("--days", type=click.IntRange(4, 1000), default=60, show_default=True, help="How long is simulated.")
@click.option(
    "--rounds", type=click.FloatRange(0, 1e7), default=0, show_default=True, help="Held by all homes at the start."
)
@ROUNDS
@VALUES
@click.option("--steady", is_flag=True, help="Deliveries at random and nothing else: beside what theory says.")
@click.option("--wall", is_flag=True, help="Also look for the rate at which the queue no longer empties.")
@click.option("--seed", type=int, default=8, show_default=True)
@json_option
def queue(operations: int, deliveries_per_day: float, homes: int, cores: int, days: int, rounds: float, rounds_per_year: float, values: float, steady: bool, wall: bool, seed: int, as_json: bool) -> None:  # fmt: skip
    """Simulate the queue before the builders: office hours, ends of months, corrections, runs that fail, homes that grow.

    The same options and seed give the same answer.
    """
    from warehouse.bench.capacity.queue import Plan, simulate
    from warehouse.bench.capacity.slopes import slopes
    from warehouse.bench.capacity.waiting import first_wall, theory

    _fits(homes, operations)
    known = slopes()
    new = 0.0 if steady else min(1.0, rounds_per_year / 365 / deliveries_per_day)
    plan = Plan(
        operations, operations * deliveries_per_day, homes, known.runs_on(cores), days, values, rounds, new,
        steady=steady, seed=seed,
    )  # fmt: skip
    answer, said = simulate(plan, known), theory(plan, known)
    most = first_wall(plan, known) if wall else None
    if as_json:
        print_json({**_told(answer), "theory": asdict(said), "wall_deliveries_per_day": most})
        return
    _print_queue(answer, said, most)


def _fits(homes: int, operations: int) -> None:
    if homes > operations:
        raise UsageError(f"{homes} homes for {operations} operations", expected="at most one home for each operation",
                         todo="a smaller --homes", code="bad_option")  # fmt: skip


def _told(answer: Answer) -> dict[str, Any]:
    waits = {
        "p50": answer.waited(0.5),
        "p95": answer.waited(0.95),
        "max": max(answer.waits, default=0.0),
        "mean": answer.mean,
    }
    return {"plan": asdict(answer.plan), "runs": len(answer.waits), "utilisation": answer.utilisation, "wait_seconds": waits,
            "backlog_by_day": answer.backlog, "empties": answer.empties, "full_homes": answer.full_homes}  # fmt: skip


def _print_queue(answer: Answer, said: Theory, most: float | None) -> None:
    from warehouse.bench.capacity.words import seconds, two

    told = _told(answer)
    waits = [(f"wait, {name}", seconds(value)) for name, value in told["wait_seconds"].items()]
    theory = "it grows without end" if said.mean_wait is None else seconds(said.mean_wait)
    walls = [] if most is None else [("deliveries a day at which a queue no longer empties", f"{most:,.0f}")]
    print_table(["what", "simulated"], [
        ("runs", f"{told['runs']:,}"), ("one run takes, at the start", seconds(said.run_seconds)),
        ("builders are busy", f"{two(100 * answer.utilisation)} %"), *waits,
        ("mean wait by theory, at random", theory),
        ("not done at the end", f"{answer.backlog[-1]:,}"), *walls,
    ])  # fmt: skip
    behind = f"{answer.full_homes:,} of {answer.plan.homes:,} homes stay behind for good"
    click.echo("Every queue empties." if answer.empties else behind)
