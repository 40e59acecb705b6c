"""Engines: the models and tests of one survey round, built on nothing, by DuckDB, by Sail and by Spark in session mode.

Which engines there are and what each is told belongs here; each runs in a fresh process, on canonical tables that are made once.
What is not installed (the extra, Java) is not measured.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.bench.figure import Figure
from warehouse.bench.growth import generated
from warehouse.bench.homes import Homes, remove
from warehouse.bench.measure import Memory, Worker
from warehouse.errors import MtmError
from warehouse.progress import tell

SMALL, LARGE = (1,), (1, 100, 1000)
WAYS = {
    "duckdb": {"MTM_ENGINE": "duckdb", "MTM_SPARK": ""},
    "sail": {"MTM_ENGINE": "spark", "MTM_SPARK": "sail"},
    "spark": {"MTM_ENGINE": "spark", "MTM_SPARK": "local"},
}


@dataclass(frozen=True)
class Built:
    """One round by one engine: seconds of the clock and of the processors (Java's too), and the peak of memory."""

    engine: str
    times: int
    answers: int
    wall: float
    cpu: float
    peak_mb: float
    failed: str = ""  # why it could not build a round of this size: not enough memory, mostly

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"times": self.times, "answers": self.answers, "wall": round(self.wall, 2), "cpu": round(self.cpu, 2),
                "peak_mb": round(self.peak_mb), "failed": self.failed}  # fmt: skip


def engines(homes: Homes, sizes: tuple[int, ...], *, large: bool) -> list[Figure]:
    """Of each engine that is there: the largest size, beside DuckDB's."""
    chosen = sizes or (LARGE if large else SMALL)
    built = [one for times in chosen for one in _size(homes, times)]
    by_engine = {engine: [one for one in built if one.engine == engine] for engine in WAYS}
    return [_figure(own, built) for own in by_engine.values() if own]


def _size(homes: Homes, times: int) -> list[Built]:
    """One size by every engine that is there."""
    made, home = generated(homes, "rms", times), homes.work / "engines-home"
    environment = {**homes.environment, "MTM_HOME": str(home), "MTM_OPERATIONS": str(made.operation_folder)}
    with Worker(**environment) as worker:
        key = worker.call(
            "warehouse.bench.engines:normalized", path=str(made.path), operation=made.round_key.split("-")[0]
        ).answer
    found = []
    for engine, settings in WAYS.items():
        tell(f"engines: {engine}, {times} times")
        with Worker(**environment, **settings) as worker, Memory(worker.process.pid) as memory:
            if worker.call("warehouse.bench.engines:is_ready").answer:
                wall, failed = _built(worker, key)
                found.append(Built(engine, times, made.answers, wall, memory.cpu, memory.peak, failed))
    remove(home)
    shutil.rmtree(Path(made.path).parent, ignore_errors=True)
    return found


def _built(worker: Worker, key: str) -> tuple[float, str]:
    """Seconds of the clock, and why it failed: one engine that can't must not end the measuring of the others."""
    try:
        return worker.call("bench.peers:models", round_key=key).wall, ""
    except MtmError as error:
        return 0.0, error.what


def _figure(own: list[Built], built: list[Built]) -> Figure:
    """The largest size that the engine built; where it failed at a larger one, that is told."""
    done = [one for one in own if not one.failed]
    last = done[-1] if done else own[-1]
    same = [one for one in built if one.engine == "duckdb" and one.times == last.times and not one.failed]
    against = done[0].wall if last.engine == "duckdb" and done else same[0].wall if same else None
    failed = "".join(f"; {one.engine} failed at {one.times:,} times" for one in own if one.failed)
    return Figure(
        f"engines_{last.engine}", round(last.wall, 2), round(against, 2) if against else None,
        round(last.wall / against, 2) if against else None,
        note=f"engines: {last.times:,} times a survey round, {last.answers:,} answers{failed}",
        detail={"sizes": [one.as_dict() for one in own]},
    )  # fmt: skip


def normalized(path: str, operation: str) -> str:
    """Receive a file and normalize it, in this process; its round."""
    from warehouse.codebooks.recognise import Declared
    from warehouse.deliveries.vault import Vault
    from warehouse.normalize.run import normalize
    from warehouse.settings import Home

    home = Home.from_env().ensure()
    return normalize(home, Vault(home).receive(Path(path), Declared(operation), source="bench").delivery).round_key


def is_ready() -> bool:
    """Whether the engine of this process's settings can be used."""
    from warehouse.engine.ready import must_be_ready

    try:
        must_be_ready()
    except MtmError:
        return False
    return True
