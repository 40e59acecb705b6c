"""Python's collector of circular garbage, at rest while much is imported.

Only this pause belongs here. Importing makes a million objects that stay: the collector looks through them again and again,
a third of the time that Dagster, dbt and Great Expectations take to come up.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No collection in the body; what stands at its end is not looked through again. For once in a process, not for each round."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
