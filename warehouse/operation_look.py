"""Whether any file of any operation changed: looked at for each question, or once for many.

Looking at names, sizes and times belongs here; what the files say is read in `operations.py`. A look costs as much as there
are files, so who asks for each of many rounds looks once: else the cost grows with rounds × operations.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from warehouse.settings import operations_dirs

_looked: ContextVar[int | None] = ContextVar("looked", default=None)


def fingerprint() -> int:
    """Changes when any file of any operation does (name, size, time)."""
    looked = _looked.get()
    return _look() if looked is None else looked


@contextmanager
def one_look() -> Iterator[None]:
    """Within it the files are looked at once, as they are now. Also a decorator: `@one_look()`."""
    token = _looked.set(fingerprint())
    try:
        yield
    finally:
        _looked.reset(token)


def _look() -> int:
    files = [entry for base in operations_dirs() for entry in _files(str(base))]
    return hash(tuple(sorted((e.path, (stat := e.stat()).st_mtime_ns, stat.st_size) for e in files)))


def _files(folder: str) -> Iterator[os.DirEntry[str]]:
    """The files that say something, in all folders below; folders behind links are left out, so that none is met twice."""
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            elif entry.name.endswith((".yml", ".csv")):
                yield entry
