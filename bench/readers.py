"""Readers of the served database, as they are measured: questions in a loop, and opening it again and again while releases change.

Called in a process of its own (`worker.py`). A reader opens `published/current` as any client does.
"""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from typing import Any

from warehouse.settings import PROJECT, Home

QUESTION = re.compile(r"^### (\d+)\. .+?\n.+?\n```sql\n(.+?)```", re.M | re.S)


def questions() -> dict[str, str]:
    """Number and SQL of each question of docs/questions.md."""
    return dict(QUESTION.findall((PROJECT / "docs" / "questions.md").read_text(encoding="utf-8")))


def ask(home: str, rounds: int, seconds: float = 0.0) -> dict[str, Any]:
    """Milliseconds of every question, each asked `rounds` times or for so many seconds, on a connection that stays; `nothing`: SELECT 1."""
    asked = {**questions(), "nothing": "select 1"}
    taken: dict[str, list[float]] = {name: [] for name in asked}
    until = time.perf_counter() + seconds
    with _opened(home) as connection:
        for sql in asked.values():
            connection.execute(sql).fetchall()
        passes = 0
        while passes < rounds or time.perf_counter() < until:
            for name, sql in asked.items():
                started = time.perf_counter()
                connection.execute(sql).fetchall()
                taken[name].append(1000 * (time.perf_counter() - started))
            passes += 1
    return taken


class _Loop(threading.Thread):
    """Opens the database, reads a whole mart and closes it, until it is told to stop."""

    def __init__(self, home: str) -> None:
        super().__init__(daemon=True)
        self.home, self.reads, self.failures, self.ended = home, 0, list[str](), threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                with _opened(self.home) as connection:
                    found = connection.execute(
                        "select count(*), count(distinct round_key) from mart_headlines"
                    ).fetchall()
                if not found[0][0]:
                    self.failures.append("an empty mart")
            except Exception as error:
                self.failures.append(type(error).__name__)
            self.reads += 1


_loops: list[_Loop] = []


def begin(home: str) -> None:
    """Begin to read, beside what is called next."""
    _loops.append(_Loop(home))
    _loops[-1].start()


def end() -> dict[str, Any]:
    """Stop; how many reads there were and how many failed."""
    loop = _loops.pop()
    loop.ended.set()
    loop.join()
    return {"reads": loop.reads, "failed": len(loop.failures), "failures": sorted(set(loop.failures))}


def _opened(home: str) -> Any:
    import duckdb

    connection = duckdb.connect(str((Home(Path(home)).current / "mtm.duckdb").resolve(strict=True)), read_only=True)
    connection.execute("use marts")
    return connection


def flip(home: str, release: str) -> float:
    """Make a release the current one, as publishing does last; seconds of the flip itself, its lock and its log included."""
    from warehouse.releases.manifest import current_id
    from warehouse.releases.pointer import pointer_lock, serve

    there = Home(Path(home))
    before, started = current_id(there), time.perf_counter()
    with pointer_lock(there):
        serve(there, release, before)
    return time.perf_counter() - started
