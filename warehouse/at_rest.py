"""Python's collector of circular garbage: at rest while much is imported, and seldom in a process that builds rounds.

Only this belongs here. Importing makes a million objects that stay: the collector looks through them again and again,
a third of the time that Dagster, dbt and Great Expectations take to come up.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW = 20_000  # objects: by default 700, and a round makes millions that live for a moment


def collector_seldom() -> None:
    """Look for garbage less often from now on: some megabytes more may lie about, never more than that."""
    gc.set_threshold(NEW, *gc.get_threshold()[1:])


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
