"""Handouts: what is written into a release's folder beside its database, before it is searched for personal values.

Which handouts there are, the switch that leaves them out, and what is said when one fails belong here; each is made in a
room of its own (`package/`, `report/`).
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from warehouse.errors import MtmError

if TYPE_CHECKING:
    from warehouse.serving.source import ReleaseSource

SWITCH = "MTM_HANDOUTS"
REPORT = "warehouse.serving.report"
OFF = {"off", "0", "no", "false"}


def are_on() -> bool:
    """Whether releases get handouts; `MTM_HANDOUTS=off` leaves them out (a backfill of many rounds)."""
    return os.environ.get(SWITCH, "").strip().lower() not in OFF


def write_handouts(source: ReleaseSource) -> None:
    """Write the reports of the rounds that the release brought, and the open data package, into the release's folder.

    Raises MtmError (`handouts_failed`) where one can't be made: then the release is not published.
    """
    if not are_on():
        return
    try:
        _write(source)
    except OSError:
        raise  # the disk: told as such by whoever publishes
    except Exception as error:
        raise failed(error) from error


def failed(error: Exception) -> MtmError:
    """The error that names the switch. Of an error nobody foresaw its kind is told, never its text: it may hold values."""
    why = error.what if isinstance(error, MtmError) else type(error).__name__
    return MtmError(
        f"the handouts of the release could not be made: {why}", where="reports/, package/", expected="reports and package",
        todo=f"mtm --debug run shows where; {SWITCH}=off publishes without them (mtm export and mtm report make them later)",
        code="handouts_failed",
    )  # fmt: skip


def _write(source: ReleaseSource) -> None:
    from warehouse.serving.package import package_begun

    with package_begun(source, source.folder):  # its workbook is written by a thread meanwhile
        if find_spec(REPORT):
            import_module(REPORT).write_reports(source, source.folder)
