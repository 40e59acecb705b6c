"""Showing in the Dagster UI what a command changed: deliveries received, releases served or taken back.

Only the asking belongs here; what is told is worked out in `orchestration/standing.py`. The sensor `standing_rounds` tells it
as well, so a command never fails for it.
"""

from __future__ import annotations

from contextlib import suppress

from warehouse.settings import Home


def show(home: Home) -> None:
    """Tell the UI of this home how its rounds stand now; nothing where no UI and no run was ever here."""
    if not (home.dagster / "dagster.yaml").is_file():
        return
    with suppress(Exception):
        from orchestration.instance import open_instance
        from orchestration.standing import tell

        with open_instance(home) as instance:
            tell(home, instance)
