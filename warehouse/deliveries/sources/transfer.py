"""Downloading one file: streamed to a private file and hashed on the way, taken up where it was cut, never half.

The transfer belongs here; how a protocol opens a file does not (`web`, `remote`). A file that was cut stays in
`build/pulls` for two days and is continued where the source says that it is unchanged.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from warehouse.deliveries.readers.limits import stated
from warehouse.deliveries.sources.progress import Meter
from warehouse.deliveries.sources.retry import Progress, Restart, SourceError, Transient, patiently
from warehouse.settings import Home

KEPT_SECONDS = 2 * 86400


@dataclass(frozen=True)
class Opened:
    """A file of a source, opened at `offset`. `stamp` says that it is unchanged (ETag, size and time), if it can be said.

    `total` is None where the source does not say how much there is.
    """

    chunks: Iterator[bytes]
    offset: int
    total: int | None
    stamp: str | None
    name: str | None = None  # what the source calls it now (Content-Disposition)
    is_whole: bool = False  # the protocol itself tells a cut (chunked), also without a total


Opener = Callable[[int, str | None], AbstractContextManager[Opened]]


@dataclass(frozen=True)
class Pulled:
    """A file that was pulled. It lies in `build/pulls` until the work with it ends."""

    path: Path
    name: str
    source: str  # kind, host, path: for the sidecar


class Part:
    """What of a file is here already, and under which stamp."""

    def __init__(self, path: Path) -> None:
        """Goes on with what an earlier pull left at `path`."""
        self.path, self.note = path, path.with_suffix(".json")
        self.stamp, self.size, self.whole = self._left(), 0, False
        if self.stamp is not None:
            self.size = path.stat().st_size
        else:
            self.restart()

    def restart(self) -> None:
        """Throw away what is here."""
        self.path.unlink(missing_ok=True)
        self.path.touch(mode=0o600)
        self.size, self.stamp = 0, None

    def begin(self, opened: Opened) -> None:
        """Go on where the source goes on: at the end of what is here, or at the start."""
        if opened.offset != self.size:
            self.restart()
        self.stamp = opened.stamp
        self.note.write_text(json.dumps({"stamp": self.stamp}), encoding="utf-8")

    def take(self, chunks: Iterator[bytes], where: str, seen: Callable[[int], None]) -> None:
        """Write chunks; more than the limit is refused."""
        with self.path.open("ab") as file:
            for chunk in chunks:
                self.size += len(chunk)
                if self.size > most_bytes():
                    raise _too_large(where)
                file.write(chunk)
                seen(self.size)

    def drop(self) -> None:
        """Remove it and its note."""
        for path in (self.path, self.note):
            path.unlink(missing_ok=True)

    def _left(self) -> str | None:
        try:
            stamp = json.loads(self.note.read_text(encoding="utf-8"))["stamp"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return stamp if isinstance(stamp, str) and self.path.exists() else None


@contextmanager
def fetched(home: Home, key: str, where: str, name: str, source: str, opener: Opener) -> Iterator[Pulled]:
    """The file that `opener` opens, whole, for the time of the context. `key` names it across pulls (no secrets)."""
    with private(home, key) as path:
        part = Part(path)
        try:
            called = _fetch(part, where, opener)
        except SourceError as error:
            if error.code == "too_large":
                part.drop()
            raise
        try:
            yield Pulled(part.path, called or name, source)
        finally:
            part.drop()


def _fetch(part: Part, where: str, opener: Opener) -> str | None:
    """Download with patience; returns what the source calls the file."""
    progress, meter = Progress(), Meter(where)
    called: list[str | None] = [None]

    def once() -> bool:
        try:
            return attempt()
        except Restart:
            part.restart()
            raise

    def attempt() -> bool:
        with opener(part.size, part.stamp) as opened:
            called[0] = opened.name
            if opened.total is not None and opened.total > most_bytes():
                raise _too_large(where)
            part.begin(opened)

            def seen(size: int) -> None:
                progress.done = max(progress.done, size)
                meter.show(size, opened.total)

            part.take(opened.chunks, where, seen)
        if opened.total is not None and part.size != opened.total:
            if part.size > opened.total:
                part.restart()
            raise Transient(truncated(where, f"{part.size} of {opened.total} bytes came"))
        return opened.total is not None or opened.is_whole

    if not patiently(once, progress):
        _confirm(part, where, once)
    meter.end()
    return called[0]


def _confirm(part: Part, where: str, once: Callable[[], bool]) -> None:
    """The source never says how long the file is: a ZIP knows its own end; anything else must come twice the same."""
    if zipfile.is_zipfile(part.path):
        return
    first = _hash(part.path)
    part.restart()
    patiently(once)
    if _hash(part.path) != first:
        part.drop()
        raise truncated(where, "the server does not say how long the file is, and it came differently the second time")


def truncated(where: str, how: str) -> SourceError:
    """A transfer that ended early."""
    return SourceError(
        f"the transfer was cut: {how}",
        where=where,
        expected="the whole file",
        todo="run it again: it goes on where it was cut, if the server allows",
        code="source_truncated",
    )


def most_bytes() -> int:
    """How large a file may be that is pulled: that of a text; of what is no text the reader takes less."""
    return stated().text_bytes


def _too_large(where: str) -> SourceError:
    return SourceError(
        f"the file has more than {most_bytes() >> 20} MB",
        where=where,
        expected="one round's table",
        todo="export one round only, without pictures",
        code="too_large",
    )


@contextmanager
def private(home: Home, key: str) -> Iterator[Path]:
    """A file in `build/pulls`, for this process alone: a second pull of the same source takes another one."""
    folder = pulls(home)
    path = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.part"
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            path = path.with_name(f"{path.stem}-{os.getpid()}-{time.monotonic_ns()}.part")
        yield path
    finally:
        os.close(lock)


def pulls(home: Home) -> Path:
    """The folder of files on their way; what was left for more than two days is removed."""
    folder = home.ensure().build / "pulls"
    folder.mkdir(exist_ok=True, mode=0o700)
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT_SECONDS:
                path.unlink()
    return folder


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
