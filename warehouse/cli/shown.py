"""Showing in the Dagster UI what a command changed: deliveries received, releases served or taken back.

Only the asking belongs here; what is told is worked out in `orchestration/standing.py`. The sensor `standing_rounds` tells it
as well, so a command never fails for it.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib import import_module

from warehouse.settings import Home

NEEDED = ("orchestration.instance", "orchestration.standing")


def begin(home: Home) -> None:
    """Begin to import what `show` needs, beside what the command does first: a file is read in another process."""
    if _was_here(home):
        threading.Thread(target=_import, name="imports to show", daemon=True).start()


def _import() -> None:
    for name in NEEDED:
        with suppress(Exception):  # told by nobody: `show` does without it too
            import_module(name)


def _was_here(home: Home) -> bool:
    return (home.dagster / "dagster.yaml").is_file()


def show(home: Home) -> None:
    """Tell the UI of this home how its rounds stand now; nothing where no UI and no run was ever here."""
    if not _was_here(home):
        return
    with suppress(Exception):
        from orchestration.instance import open_instance
        from orchestration.standing import tell

        with open_instance(home) as instance:
            tell(home, instance)
