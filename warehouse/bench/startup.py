"""Startup: what a person waits for before anything happens, in fresh processes, beside a Python that does nothing.

The commands and the loading of Dagster's definitions belong here.
"""

from __future__ import annotations

import sys

from warehouse.bench.figure import Figure, figure
from warehouse.bench.homes import Homes
from warehouse.bench.measure import command, in_turns, median, mtm, ratio

LOAD = "from bench.line import load_definitions; load_definitions()"


def startup(homes: Homes, turns: int) -> list[Figure]:
    """`mtm --help`, `mtm status` in a home with releases, the definitions."""
    homes.restore()
    asked = {"help": mtm("--help"), "status": mtm("status"), "definitions": [sys.executable, "-W", "ignore", "-c", LOAD],
             "nothing": [sys.executable, "-c", "pass"]}  # fmt: skip
    taken = in_turns({n: lambda a=a: command(a, **homes.environment) for n, a in asked.items()}, turns)  # type: ignore[misc]
    empty = taken.pop("nothing")
    return [figure(f"startup_{n}", median(costs), median(empty), ratio(costs, empty)) for n, costs in taken.items()]
