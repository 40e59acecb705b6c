"""Whether any file of any operation changed: looked at for each question, or once for many.

Looking at names, sizes and times belongs here; what the files say is read in `operations.py`. A look costs as much as there
are files, so who asks for each of many rounds looks once: else the cost grows with rounds × operations.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    files = [p for base in operations_dirs() for glob in ("**/*.yml", "**/*.csv") for p in base.glob(glob)]
    return hash(tuple((str(p), (stat := p.stat()).st_mtime_ns, stat.st_size) for p in sorted(files)))
