"""What is done inside a forked `mtm` before its command runs: clocks set back, doctored numbers, crashes at a place.

Each hook stands for something that happens to a process from outside and can't be arranged at a given place otherwise.
"""

from __future__ import annotations

import datetime as real
import errno
import importlib
import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

OURS = ("warehouse.", "orchestration.", "expectations.")
asked: list[str] | None = None  # what `doctored` was asked: for `steps.publish_judged`


def clock(seconds: float) -> None:
    """All clocks that the project reads are moved by so many seconds."""

    class Moved(real.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real.datetime.now(tz) + real.timedelta(seconds=seconds)

    told = time.time
    time.time = lambda: told() + seconds
    for name, module in list(sys.modules.items()):
        if name.startswith(OURS) and getattr(module, "datetime", None) is real.datetime:
            module.datetime = Moved


def limit(name: str, value: int) -> None:
    """A limit of the operating system: `RLIMIT_FSIZE`, `RLIMIT_AS`, `RLIMIT_NOFILE`."""
    resource.setrlimit(getattr(resource, name), (value, value))


def prepare(path: str) -> None:
    """Stop before the release is written: the candidate and its verdict go to a file, for `publish_prepared`."""
    from warehouse.releases import publish

    def keep(home: Any, candidate: Any, verdict: Any, **_: Any) -> None:
        Path(path).write_bytes(pickle.dumps((candidate, verdict)))
        os._exit(0)

    publish.publish = keep


def hold() -> None:
    """The release is written and held back, as by `mtm run --hold`."""
    from warehouse.releases import publish

    served = publish.publish
    publish.publish = lambda *given, **_: served(*given, hold=True)


def crash_at(module: str, name: str, how: str, call: int = 1) -> None:
    """At the nth call of a function: `kill` the process, `stop` it (goes on with SIGCONT), or raise `ENOSPC`, `EIO`, …."""
    place, seen = _module(module), [0]
    function = getattr(place, name)

    def struck(*arguments: Any, **named: Any) -> Any:
        seen[0] += 1
        if seen[0] == call:
            _strike(how)
        return function(*arguments, **named)

    setattr(place, name, struck)


def at_move(name: str, when: str, what: str, *arguments: Any) -> None:
    """`before` or `after` a path gets this name by a rename: a release its id, the pointer `current`, `.json` any such file.
    The first time only.

    What happens then: `kill`, `stop`, an error, or one of `DEEDS` on the release.
    """
    done: list[bool] = []

    def watched(move: Callable[..., Any]) -> Callable[..., Any]:
        def moving(source: Any, target: Any, **named: Any) -> Any:
            named_so = Path(os.fsdecode(target)).name
            mine = (named_so == name or (name.startswith(".json") and named_so.endswith(name))) and not done
            if mine:
                done.append(True)
            if mine and when == "before":
                _happen(what, arguments, Path(source))
            answer = move(source, target, **named)
            if mine and when == "after":
                _happen(what, arguments, Path(target))
            return answer

        return moving

    os.rename, os.replace = watched(os.rename), watched(os.replace)


def memory(more: int) -> None:
    """No more than so many bytes beyond what the process has mapped now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit("RLIMIT_AS", pages * resource.getpagesize() + more)


def raise_in(module: str, name: str) -> None:
    """A function that breaks whenever it is called."""

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("broken by the test")

    setattr(_module(module), name, broken)


def returns(module: str, name: str, what: Any) -> None:
    """A function that answers this, whatever it is asked."""
    setattr(_module(module), name, lambda *_, **__: what)


def empty(pattern: str) -> None:
    """The candidate's marts of this name hold no rows."""
    _candidate("DELETE FROM marts.{}", pattern)


def gone(pattern: str) -> None:
    """The candidate has no such mart."""
    _candidate("DROP TABLE marts.{}", pattern)


def _candidate(sql: str, pattern: str) -> None:
    import duckdb

    from warehouse.settings import Home

    with duckdb.connect(str(Home.from_env().build / "candidate/build.duckdb")) as con:
        find = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts' AND table_name LIKE ?"
        for (name,) in con.execute(find, [pattern]).fetchall():
            con.execute(sql.format(name))


def after(module: str, name: str, what: str, *arguments: Any) -> None:
    """Do one of `DEEDS` to the staging folder when a function has returned (its first call only)."""
    place, done = _module(module), []
    function = getattr(place, name)

    def watched(*given: Any, **named: Any) -> Any:
        answer = function(*given, **named)
        if not done:
            done.append(True)
            _happen(what, arguments, _staging())
        return answer

    setattr(place, name, watched)


def doctored(code: str) -> None:
    """The number that one check of the gate is given lies beyond its bound; where it is not asked, the exit code is 75."""
    from expectations import layer, runner

    global asked
    run_suite, seen = runner.run_suite, list[str]()

    def doctor(suite: Any, bounds: Any, values: dict[str, float], *more: Any, **named: Any) -> Any:
        for bound in (b for b in bounds if b.check.code == code):
            seen.append(code)
            values = {**values, code: bound.value + (1 if bound.check.side == "max" else -1)}
        return run_suite(suite, bounds, values, *more, **named)

    runner.run_suite = doctor
    if hasattr(layer, "run_suite"):
        layer.run_suite = doctor
    asked = seen


def _happen(what: str, arguments: tuple[Any, ...], folder: Path) -> None:
    if what in DEEDS:
        DEEDS[what](folder, *arguments)
    else:
        _strike(what)


def _strike(how: str) -> None:
    if how in ("kill", "stop"):
        os.kill(os.getpid(), signal.SIGKILL if how == "kill" else signal.SIGSTOP)
        return
    number = getattr(errno, how)
    raise OSError(number, os.strerror(number))


def _module(name: str) -> Any:
    return importlib.import_module(name)


def _staging() -> Path:
    from warehouse.settings import Home

    return next(p for p in Home.from_env().releases.iterdir() if p.name.startswith("."))


def alter(folder: Path, name: str, how: str) -> None:
    """Alter a file of a release: `flip` a byte, `truncate`, `remove`, or `add` one."""
    path = folder / name
    folder.chmod(0o755)
    path.parent.chmod(0o755)
    if how == "add":
        path.write_bytes(b"stray")
        return
    data = bytearray(path.read_bytes())
    if how == "flip":
        data[len(data) // 2] ^= 0xFF
    path.chmod(0o644)
    if how == "remove":
        path.unlink()
    else:
        path.write_bytes(bytes(data[: len(data) // 2] if how == "truncate" else data))


def figure(folder: Path) -> None:
    """Change one figure by way of the database itself: rows and structure stay as they are."""
    import duckdb

    (folder / "mtm.duckdb").chmod(0o644)
    folder.chmod(0o755)
    with duckdb.connect(str(folder / "mtm.duckdb")) as con:
        con.execute("UPDATE marts.mart_population SET individuals = individuals + 1 WHERE place_level = 0")


DEEDS: dict[str, Callable[..., None]] = {"alter": alter, "figure": figure}
