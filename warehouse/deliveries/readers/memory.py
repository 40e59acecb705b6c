"""Memory while a table is made: millions of small cells, none of which refers back to another.

Only ways to make many cells quickly belong here; limits on a reader's memory are set where its process is started.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """No search for reference cycles meanwhile: cells have none, and the search costs more than reading them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
