"""What is done inside a forked `mtm` before its command runs: clocks set back, doctored numbers, crashes at a place.

Each hook stands for something that happens to a process from outside and can't be arranged at a given place otherwise.
"""

from __future__ import annotations

import datetime as real
import errno
import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

OURS = ("warehouse.", "orchestration.", "expectations.")


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


def publish_prepared() -> int:
    """The step that publishes, alone, on a prepared candidate: what `mtm run` does last."""
    from warehouse.errors import MtmError
    from warehouse.releases import candidate as candidates
    from warehouse.releases import lock, publish
    from warehouse.settings import Home

    home = Home.from_env()
    kept, verdict = pickle.loads(Path(os.environ["FAULT_CANDIDATE"]).read_bytes())
    candidate = moved(kept, str(kept.home.root), str(home.root))
    lock.acquire(candidates._lock_path(home))
    try:
        manifest = publish.publish(home, candidate, verdict)
    except MtmError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(manifest.release_id)
    return 0


def moved(thing: Any, old: str, new: str) -> Any:
    """A copy of a record with all its paths below another home."""
    if isinstance(thing, Path):
        text = str(thing)
        return Path(new + text[len(old) :]) if text.startswith(old) else thing
    if isinstance(thing, list):
        return [moved(item, old, new) for item in thing]
    if is_dataclass(thing) and not isinstance(thing, type):
        names = {f.name for f in fields(thing) if f.init}
        return replace(thing, **{n: moved(getattr(thing, n), old, new) for n in names})
    return thing


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


def raise_in(module: str, name: str) -> None:
    """A function that breaks whenever it is called."""

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("broken by the test")

    setattr(_module(module), name, broken)


def returns(module: str, name: str, what: Any) -> None:
    """A function that answers this, whatever it is asked."""
    setattr(_module(module), name, lambda *_, **__: what)


def after(module: str, name: str, what: str, *arguments: Any) -> None:
    """Do one of `DEEDS` to the staging folder when a function has returned (its first call only)."""
    _around(module, name, what, arguments, before=False)


def before(module: str, name: str, what: str, *arguments: Any) -> None:
    """The same just before the function is called."""
    _around(module, name, what, arguments, before=True)


def _around(module: str, name: str, what: str, arguments: tuple[Any, ...], *, before: bool) -> None:
    place, done = _module(module), []
    function = getattr(place, name)

    def watched(*given: Any, **named: Any) -> Any:
        def deed() -> None:
            if not done:
                done.append(True)
                DEEDS[what](*arguments)

        if before:
            deed()
        answer = function(*given, **named)
        if not before:
            deed()
        return answer

    setattr(place, name, watched)


def doctored(code: str, value: float) -> None:
    """The number that one check of the gate is given is this one."""
    from expectations import layer, runner

    run_suite = runner.run_suite

    def doctor(suite: Any, bounds: Any, values: dict[str, float]) -> Any:
        known = {b.check.code for b in bounds}
        return run_suite(suite, bounds, {**values, code: value} if code in known else values)

    runner.run_suite = doctor
    if hasattr(layer, "run_suite"):
        layer.run_suite = doctor


def _strike(how: str) -> None:
    if how in ("kill", "stop"):
        os.kill(os.getpid(), signal.SIGKILL if how == "kill" else signal.SIGSTOP)
        return
    number = getattr(errno, how)
    raise OSError(number, os.strerror(number))


def _module(name: str) -> Any:
    import importlib

    return importlib.import_module(name)


def _staging() -> Path:
    from warehouse.settings import Home

    return next(p for p in Home.from_env().releases.iterdir() if p.name.startswith("."))


def _alter(name: str, how: str) -> None:
    """Alter a file of the release while it is still in staging."""
    path = _staging() / name
    data = bytearray(path.read_bytes())
    if how == "flip":
        data[len(data) // 2] ^= 0xFF
    elif how == "truncate":
        del data[len(data) // 2 :]
    path.chmod(0o644)
    if how == "remove":
        path.unlink()
    else:
        path.write_bytes(bytes(data))


def _add(name: str) -> None:
    (_staging() / name).write_bytes(b"stray")


def _figure() -> None:
    """Change one figure in the staged database by way of the database itself: rows and structure stay as they are."""
    import duckdb

    with duckdb.connect(str(_staging() / "mtm.duckdb")) as con:
        con.execute("UPDATE marts.mart_population SET individuals = individuals + 1 WHERE place_level = 0")


DEEDS: dict[str, Callable[..., None]] = {"alter": _alter, "add": _add, "figure": _figure}
