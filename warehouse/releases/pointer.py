"""The pointers to releases (`current`, `latest-candidate`), moved one at a time under a lock, and read-only folders.

Moving pointers, in one process or in several, belongs here; what is in a release, and whether it is whole, does not.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.deliveries.disk import sync
from warehouse.errors import MtmError
from warehouse.releases.flips import ever_served, record
from warehouse.releases.manifest import FILE, current_id, latest_id, number_of, read_manifest, release_ids
from warehouse.releases.tags import FILE as TAGS
from warehouse.settings import Home

LOCK = ".lock"
WAIT_SECONDS = 60


@contextmanager
def pointer_lock(home: Home, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Held while something under `published/` is moved; a process that dies frees it. What it tore is swept first."""
    handle = os.open(home.published / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait(handle, wait)
        for name in (home.current.name, home.latest_candidate.name, TAGS):
            for torn in home.published.glob(f".{name}.*"):
                torn.unlink(missing_ok=True)
        yield
    finally:
        os.close(handle)


def flip(home: Home, release_id: str, expected: str | None) -> None:
    """Serve a release: one rename, logged. Raises MtmError where `expected` is not what is served (another won)."""
    with pointer_lock(home):
        must_be_current(home, expected)
        serve(home, release_id, expected)


def must_be_current(home: Home, expected: str | None) -> None:
    """Compare, before the swap; the lock must be held. Raises MtmError where another release is served."""
    if (served := current_id(home)) != expected:
        raise MtmError(
            "another release was published meanwhile",
            expected=f"{expected or 'no release'} to be current, {served or 'none'} is",
            todo="run again: the next candidate starts from the new release",
            code="lost_race",
        )


def serve(home: Home, release_id: str, before: str | None) -> None:
    """Move `current`; the lock must be held. Raises MtmError where the release is not whole: it is looked at once more."""
    must_be_whole(home.releases / release_id)
    record(home, release_id, before)
    _point(home.current, release_id)


def advance(home: Home, release_id: str) -> None:
    """Let `latest-candidate` name this release, unless it names a newer one; the lock must be held."""
    noted = latest_id(home)
    if noted is None or not home.latest_candidate.is_symlink() or number_of(release_id) > number_of(noted):
        _point(home.latest_candidate, release_id)


def mend(home: Home) -> str | None:
    """Serve the newest whole release that was served, where the pointer names one that is gone: a copy that was taken
    while a run was at work may hold the pointer and not its release. Says which; None where nothing was to be done.
    """
    from warehouse.releases.integrity import problems

    gone = current_id(home)
    if gone is None or (home.releases / gone / FILE).is_file():
        return None
    with pointer_lock(home):
        known = ever_served(home)
        whole = (i for i in reversed(release_ids(home)) if i in known and not problems(home, i, modes=False))
        if (found := next(whole, None)) is None:
            home.current.unlink()
        else:
            serve(home, found, gone)
    return found


def must_be_whole(folder: Path) -> None:
    """Every file of the manifest with its size, quickly. Raises MtmError where one is missing or of another size."""
    files = read_manifest(folder).files if (folder / FILE).is_file() else {FILE: {"bytes": -1}}
    for name, expected in files.items():
        path = folder / name
        if not path.is_file() or path.is_symlink() or path.stat().st_size != expected["bytes"]:
            raise MtmError(
                f"release {folder.name} is not whole: {name}", where=f"releases/{folder.name}",
                expected="the files of its manifest", todo=f"mtm verify {folder.name}", code="tampered",
            )  # fmt: skip


def sync_tree(folder: Path) -> None:
    """fsync every file of a folder, then the folders."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)


def freeze(folder: Path) -> None:
    """Make a release read-only: files 0444, folders 0555."""
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)


def thaw(folder: Path) -> None:
    """Make a folder writable again, so that it can be removed."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


def _point(link: Path, release_id: str) -> None:
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path("releases") / release_id)
    os.replace(temporary, link)
    sync(link.parent)


def _wait(handle: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise MtmError(
                    "another process is moving a release", where="published/",
                    expected=f"it to end within {seconds:.0f} seconds", todo="run again", code="locked",
                ) from None  # fmt: skip
            time.sleep(0.02)
