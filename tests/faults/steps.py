"""Steps of `mtm run` that a forked process does alone, on a prepared candidate, so that a try takes seconds or less.

Each is called by `@name` (`warm.py`) and gives an exit code; what is done to the process does not belong here (`hooks.py`).
"""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from tests.faults import hooks


def publish_prepared() -> int:
    """The step that publishes, alone, on a prepared candidate: what `mtm run` does last."""
    return _alone(lambda home, candidate, verdict: (candidate, verdict))


def publish_judged() -> int:
    """Gate and publication on a prepared candidate: the last two steps of `mtm run`."""

    def judged(home: Any, candidate: Any, verdict: Any) -> Any:
        from expectations.gate import check_candidate

        return candidate, check_candidate(candidate)

    code = _alone(judged)
    return 75 if hooks.asked == [] else code


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
    return _alone(_with_the_next_id)


def _with_the_next_id(home: Any, candidate: Any, verdict: Any) -> Any:
    """The same candidate built anew, as the next run does after one that died: it bears the next id."""
    from expectations.docs import build_docs
    from warehouse.releases.candidate import next_id
    from warehouse.releases.verdict import load_verdict

    if not candidate.database.exists():
        shutil.copytree(os.environ["FAULT_BUILD"], candidate.folder, dirs_exist_ok=True)
    if load_verdict(home, verdict.round_key, verdict.normalized_id, sealed=True) != verdict:  # judged again, that is
        build_docs(home, verdict)
        verdict.save(home)
    return replace(candidate, release_id=next_id(home)), verdict


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
