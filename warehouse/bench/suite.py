"""The whole bench: which figures are measured, in which order, and the answer as data.

Choosing and running belong here; each group of figures has a module of its own.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warehouse.bench.figure import GROUPS, Figure, goals
from warehouse.bench.homes import Homes, remove
from warehouse.bench.machine import calibrate, machine
from warehouse.errors import UsageError
from warehouse.progress import tell

SCHEMA = 1  # of the answer: raised where a key changes its meaning or goes


@dataclass(frozen=True)
class Asked:
    """What is to be measured. `large`: the sizes of growth that take long; `delivery`: a real workbook for the peers."""

    only: frozenset[str] = frozenset(GROUPS)
    turns: int = 3
    large: bool = False
    delivery: Path | None = None
    sizes: tuple[int, ...] = ()  # of growth and engines; empty: those of the default set, or all
    rounds: int = 30  # of history


Measured = Callable[[Homes, Asked], list[Figure]]


def run_bench(asked: Asked) -> dict[str, Any]:
    """Measure; the answer (`SCHEMA`): machine, calibration, and one entry for each figure, in the order of `goals.yml`."""
    started = time.perf_counter()
    facts = machine()
    with _folder() as folder:
        homes, figures, seconds = Homes(folder.path), list[Figure](), {}
        for name, measure in chosen(asked.only):
            tell(f"measuring {name}")
            clock = time.perf_counter()
            figures += measure(homes, asked)
            seconds[name] = round(time.perf_counter() - clock, 1)
    order = list(goals())
    shown = sorted((f for f in figures if f.known.group in asked.only), key=lambda f: order.index(f.code))
    return {
        "schema_version": SCHEMA, "machine": facts, "calibration": calibrate(), "turns": asked.turns,
        "seconds": round(time.perf_counter() - started, 1), "seconds_by_part": seconds, "synthetic": True,
        "figures": [f.as_dict() for f in shown], "missed": [f.code for f in shown if f.is_met is False],
    }  # fmt: skip


def chosen(only: Collection[str]) -> list[tuple[str, Measured]]:
    """The measurements that give these groups. Raises UsageError for a group that there is not."""
    if unknown := sorted(set(only) - set(GROUPS)):
        raise UsageError(f"there is no figure called {', '.join(unknown)}", expected=", ".join(GROUPS), todo="mtm bench --only overhead,readers",
                         code="bad_option")  # fmt: skip
    parts: list[tuple[tuple[str, ...], Measured]] = [
        (("startup",), _startup), (("estimates",), _estimates), (("overhead", "stages"), _overhead), (("again",), _again),
        (("readers",), _readers), (("flip",), _flip), (("peers",), _peers), (("history",), _history), (("growth",), _growth),
        (("engines",), _engines),
    ]  # fmt: skip
    return [(" and ".join(groups), measure) for groups, measure in parts if set(groups) & set(only)]


def _startup(homes: Homes, asked: Asked) -> list[Figure]:
    from warehouse.bench.startup import startup

    return startup(homes, asked.turns)


def _overhead(homes: Homes, asked: Asked) -> list[Figure]:
    from warehouse.bench.overhead import overhead

    return overhead(homes, asked.turns)


def _again(homes: Homes, asked: Asked) -> list[Figure]:
    from warehouse.bench.again import again

    return again(homes, asked.turns)


def _readers(homes: Homes, asked: Asked) -> list[Figure]:
    from warehouse.bench.readers import readers

    return readers(homes, asked.turns)


def _flip(homes: Homes, asked: Asked) -> list[Figure]:
    from warehouse.bench.flip import flips

    return flips(homes, asked.turns)


def _peers(homes: Homes, asked: Asked) -> list[Figure]:
    from warehouse.bench.peers import peers

    return peers(homes, asked.turns, asked.delivery)


def _history(homes: Homes, asked: Asked) -> list[Figure]:
    from warehouse.bench.history import history

    return history(homes, asked.rounds, asked.turns)


def _growth(homes: Homes, asked: Asked) -> list[Figure]:
    from warehouse.bench.growth import growth

    return growth(homes, asked.sizes, large=asked.large)


def _engines(homes: Homes, asked: Asked) -> list[Figure]:
    from warehouse.bench.engines import engines

    return engines(homes, asked.sizes, large=asked.large)


def _estimates(homes: Homes, asked: Asked) -> list[Figure]:
    from warehouse.bench.estimates import estimates

    return estimates(asked.turns)


@dataclass
class _folder:
    """A folder for the whole run, gone afterwards; releases in it may only be read."""

    path: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="mtm-bench-")))

    def __enter__(self) -> _folder:
        return self

    def __exit__(self, *_: object) -> None:
        remove(self.path)
