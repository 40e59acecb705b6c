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
import shutil
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
    return _alone(lambda home, candidate, verdict: (candidate, verdict))


def publish_judged() -> int:
    """Gate and publication on a prepared candidate: the last two steps of `mtm run`."""

    def judged(home: Any, candidate: Any, verdict: Any) -> Any:
        from expectations.gate import check_candidate

        return candidate, check_candidate(candidate)

    code = _alone(judged)
    return 75 if _asked == [] else code


def publish_numbered() -> int:
    """A release of its own on the one that is served: each says another number, in all its marts alike."""
    return _alone(_numbered)


def publish_quickly() -> int:
    """The publishing step from its files on, in a tenth of a second: what is reckoned (marts, notes, scan, audit) is taken
    from a release of the same candidate in FAULT_FOLDER. Folders, syncs, modes, renames, logs and pointers are its own.
    """
    from warehouse.releases import publish
    from warehouse.releases.manifest import read_manifest

    done = Path(os.environ["FAULT_FOLDER"])
    made = read_manifest(done)

    def written(_: Any, folder: Path, *__: Any) -> Any:
        shutil.copytree(done / "parquet", folder / "parquet", copy_function=shutil.copyfile)
        for path in (p for p in done.iterdir() if p.suffix in (".duckdb", ".md")):
            shutil.copyfile(path, folder / path.name)
        for path in (folder, folder / "parquet"):
            path.chmod(0o755)
        return made.marts

    nothing: Callable[..., Any] = lambda *_, **__: None  # noqa: E731
    publish.add_checks, publish.write_notes, publish.write_serving = nothing, nothing, written
    publish.scan_release, publish.audit = lambda *_: made.personal_scan, lambda *_: made.marts
    return publish_prepared()


def hold() -> None:
    """The release is written and held back, as by `mtm run --hold`."""
    from warehouse.releases import publish

    served = publish.publish
    publish.publish = lambda *given, **_: served(*given, hold=True)


def _numbered(home: Any, candidate: Any, verdict: Any) -> Any:
    import duckdb

    from warehouse.releases.candidate import next_id
    from warehouse.releases.manifest import current_manifest

    base, name = current_manifest(home), next_id(home)
    shutil.copytree(os.environ["FAULT_FOLDER"], candidate.folder, dirs_exist_ok=True)
    with duckdb.connect(str(candidate.database)) as con:
        for mart, column in (("mart_population", "individuals"), ("mart_place_ranks", "individuals")):
            con.execute(f"UPDATE marts.{mart} SET {column} = ?", [int(name[1:])])
    verdict = replace(verdict, base_release=base.release_id)
    verdict.save(home)
    return replace(candidate, base=base, release_id=name), verdict


def _alone(change: Callable[[Any, Any, Any], Any]) -> int:
    from warehouse.errors import MtmError
    from warehouse.releases import candidate as candidates
    from warehouse.releases import lock, publish
    from warehouse.settings import Home

    home = Home.from_env()
    kept, verdict = pickle.loads(Path(os.environ["FAULT_CANDIDATE"]).read_bytes())
    candidate = moved(kept, str(kept.home.root), str(home.root))
    try:
        lock.acquire(candidates.builder_lock(home))
        manifest = publish.publish(home, *change(home, candidate, verdict))
    except MtmError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except Exception as error:  # `mtm` says so in one line, exit code 1
        print(f"unexpected {type(error).__name__}", file=sys.stderr)
        return 1
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


def at_move(name: str, when: str, what: str, *arguments: Any) -> None:
    """`before` or `after` a path gets this name by a rename: a release its id, the pointer `current`. The first time only.

    What happens then: `kill`, `stop`, an error, or one of `DEEDS` on the release.
    """
    done: list[bool] = []

    def watched(move: Callable[..., Any]) -> Callable[..., Any]:
        def moving(source: Any, target: Any, **named: Any) -> Any:
            mine = Path(os.fsdecode(target)).name == name and not done
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

    run_suite, asked = runner.run_suite, []

    def doctor(suite: Any, bounds: Any, values: dict[str, float], *more: Any, **named: Any) -> Any:
        for bound in (b for b in bounds if b.check.code == code):
            asked.append(code)
            values = {**values, code: bound.value + (1 if bound.check.side == "max" else -1)}
        return run_suite(suite, bounds, values, *more, **named)

    runner.run_suite = doctor
    if hasattr(layer, "run_suite"):
        layer.run_suite = doctor
    global _asked
    _asked = asked


_asked: list[str] | None = None


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
