"""Reading in a child process, so that a hostile file never takes down the one that asks.

Starting, watching and replacing children belongs here; what they do does not (`worker.py`).

A child is started once and serves many files, one at a time; threads that read at the same time have one each. It is killed
when a file takes longer than `seconds_for` or more memory than 800 MB above its start, and the file is refused. It ends with
the process that started it, and is never shared with a fork of it.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from warehouse.deliveries.readers import wire
from warehouse.deliveries.readers.limits import stated
from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.readers.stream import LARGE
from warehouse.errors import UnreadableDelivery

SECONDS = 9.0  # for any file
BUSY = 4.0  # times as long by the clock: the child waits where others compute, and while its rows are taken. Its processor seconds are limited
SECONDS_PER_MB = 1.0  # more for each megabyte of the file after the first, so that large honest files can be read
FILES_PER_CHILD = 200  # then a new one is started: memory that was torn to pieces is given back
MAX_FRAME = 2**30
_CODE = "import sys; sys.path[:] = {path!r}; from warehouse.deliveries.readers.worker import main; main()"


class ChildGone(Exception):
    """The child ended before its answer was whole; the argument is the code of the refusal."""


class _Child:
    def __init__(self) -> None:
        environment = {
            "PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_IO_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "32768",  # what was sent is given back at once
        }  # fmt: skip
        self.served = 0
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-E", "-s", "-c", _CODE.format(path=sys.path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, bufsize=0,
            start_new_session=True,
        )  # fmt: skip

    def read(self, path: Path, name: str, seconds: float) -> list[RawSheet]:
        self.served += 1
        deadline = time.monotonic() + seconds * BUSY
        assert self.process.stdin is not None
        limits = stated()
        request = wire.pack((str(path.resolve()), name, seconds, limits.text_bytes, limits.text_cells))
        try:
            self.process.stdin.write(wire.HEADER.pack(len(request)) + request)
        except BrokenPipeError:
            raise ChildGone("parser_died") from None
        return wire.receive(self._frames(deadline))

    def _frames(self, deadline: float) -> Iterator[bytearray]:
        while True:
            (size,) = wire.HEADER.unpack(self._take(wire.HEADER.size, deadline))
            if size > MAX_FRAME:
                raise ChildGone("parser_died")
            frame = self._take(size, deadline)
            if frame[:64].find(b"memory") >= 0 and wire.unpack(frame) == ("memory",):
                raise ChildGone("parser_memory")
            if frame[:64].find(b"failed") >= 0 and _failed(failed := wire.unpack(frame)):
                raise ChildGone("unreadable_workbook", failed[1])
            yield frame

    def _take(self, size: int, deadline: float) -> bytearray:
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        taken = bytearray()
        while len(taken) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise ChildGone("parser_timeout")
            part = os.read(descriptor, min(size - len(taken), 2**20))
            if not part:
                raise ChildGone(self._why())
            taken += part
        return taken

    def _why(self) -> str:
        """Why the child ended on its own."""
        status = self.process.wait()
        known = {-signal.SIGXCPU: "parser_timeout", -signal.SIGKILL: "parser_memory"}  # killed: the system ran short
        return known.get(status, "parser_died")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def _failed(told: Any) -> bool:
    """Whether a frame says that reading failed; a list of texts may begin with that very word."""
    return isinstance(told, tuple) and told[:1] == ("failed",)


class _Pool:
    def __init__(self) -> None:
        self._lock, self._idle, self._owner = Lock(), list[_Child](), os.getpid()

    def take(self) -> _Child:
        with self._lock:
            return self._idle.pop() if self._idle else _Child()

    def give_back(self, child: _Child) -> None:
        with self._lock:
            if child.served < FILES_PER_CHILD and self._owner == os.getpid():
                self._idle.append(child)
                return
        child.end()

    def end(self) -> None:
        if self._owner == os.getpid():
            while self._idle:
                self._idle.pop().end()

    def forget(self) -> None:
        """After a fork the children belong to the parent."""
        for child in self._idle:
            child.process.returncode = 0
            for pipe in (child.process.stdin, child.process.stdout):
                if pipe is not None:
                    pipe.close()
        self.__init__()  # type: ignore[misc]


_pool = _Pool()
atexit.register(_pool.end)
os.register_at_fork(after_in_child=_pool.forget)


def seconds_for(size: int) -> float:
    """How many processor seconds a file of this size may take."""
    return SECONDS + SECONDS_PER_MB * max(0.0, size / 2**20 - 1)


def inflated(path: Path) -> int:
    """The size of a file; of a ZIP that of its members, as far as it says so and reading would not refuse them."""
    size = path.stat().st_size
    if size <= LARGE or not zipfile.is_zipfile(path):
        return size
    with suppress(Exception), zipfile.ZipFile(path) as archive:
        return max(size, min(stated().text_bytes, sum(m.file_size for m in archive.infolist())))
    return size


def read_in_child(path: Path, name: str) -> list[RawSheet]:
    """The sheets of a file, read in a child process. Raises UnreadableDelivery also where the child dies of the file."""
    child = _pool.take()
    try:
        sheets = child.read(path, name, seconds_for(inflated(path)))
    except UnreadableDelivery:
        _pool.give_back(child)
        raise
    except ChildGone as gone:
        child.end()
        raise _lost(name, *gone.args) from None
    except BaseException:
        child.end()
        raise
    _pool.give_back(child)
    return sheets


def _lost(name: str, code: str, kind: str = "") -> UnreadableDelivery:
    what = {
        "parser_timeout": "reading the file took too long",
        "parser_memory": "reading the file took too much memory",
        "parser_died": "the file brought its reader down",
        "unreadable_workbook": f"the file can't be parsed ({kind})",
    }[code]
    return refuse(what, name, code, expected="a file that can be read in seconds with 800 MB of memory",
                  todo="copy the table alone into a new workbook and deliver that")  # fmt: skip
