"""The child process that reads files: it waits for a path, reads the file within its limits, sends the sheets, and waits again.

The loop and its limits belong here; the parent's side does not (`child.py`). It loads no more than the readers need.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import select
from pathlib import Path

from warehouse.deliveries.readers import wire
from warehouse.deliveries.readers.formats import FORMATS, detect, read_bytes
from warehouse.deliveries.readers.limits import use
from warehouse.deliveries.readers.stream import LARGE, Data, Stream
from warehouse.errors import UnreadableDelivery

MEMORY = 800 * 2**20  # bytes above what the process takes before it reads a file
LOOK_UP = 5  # seconds between two looks whether the parent is still there


def main() -> None:
    """Serve until the parent closes the pipe or is gone."""
    incoming, outgoing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)  # nothing that a library prints gets on the wire or on the screen
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    parent = os.getppid()
    while True:
        ready, _, _ = select.select([incoming], [], [], LOOK_UP)
        if not ready:
            if os.getppid() != parent:
                return
            continue
        header = _read(incoming, wire.HEADER.size)
        if not header:
            return
        path, name, seconds, *limits = wire.unpack(_read(incoming, wire.HEADER.unpack(header)[0]))
        gc.disable()  # a file makes many cells and no cycles: looking for them is a fifth of the time
        use(*limits)
        _serve(path, name, seconds, outgoing)
        gc.enable()
        gc.collect()  # while the parent is busy with the answer


def _serve(path: str, name: str, seconds: float, outgoing: int) -> None:
    """One file. Whatever happens to it ends as a frame, or as the end of this process."""
    try:
        data = _data(Path(path))
        _limit(data, name, seconds)
        sheets = read_bytes(data, name)
        del data  # the parent needs the room
        for frame in wire.frames(sheets):
            _write(outgoing, frame)
    except UnreadableDelivery as error:
        _write(outgoing, wire.refused(error))
    except MemoryError:
        _write(outgoing, wire.pack(("memory",)))
        os._exit(1)
    except RecursionError:
        _write(outgoing, wire.pack(("failed", "RecursionError")))
    except Exception as error:
        _write(outgoing, wire.pack(("failed", type(error).__name__)))


def _data(path: Path) -> Data:
    """The bytes of a file; of a large one those that are asked for."""
    size = path.stat().st_size
    return path.read_bytes() if size <= LARGE else Stream(lambda: path.open("rb"), size)


def _limit(data: Data, name: str, seconds: float) -> None:
    """Load the libraries of the format, then set the limits from where the process stands."""
    with contextlib.suppress(UnreadableDelivery, ImportError):
        for library in FORMATS[detect(data, name)].libraries:
            importlib.import_module(library)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _read(descriptor: int, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        part = os.read(descriptor, size - len(parts))
        if not part:
            return b""
        parts += part
    return parts


def _write(descriptor: int, frame: bytes) -> None:
    view = memoryview(wire.HEADER.pack(len(frame)) + frame)
    while view:
        view = view[os.write(descriptor, view) :]
