"""What a run on several rounds hands to the run on each of them.

Only this one record belongs here: `several.py` makes it, `run.py` takes it, and neither may import the other.
"""

from dataclasses import dataclass

import dagster as dg


@dataclass(frozen=True)
class Part:
    """Tags of the run on a round, and its assets (None: the whole line)."""

    tags: dict[str, str] | None = None
    assets: list[dg.AssetKey] | None = None


WHOLE = Part()
