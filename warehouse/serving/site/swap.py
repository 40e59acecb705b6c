"""The folder of the site: built beside, then put in the place of the one before, whole.

Moving folders belongs here; what is in them does not. A folder that the site did not make is never replaced.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warehouse.errors import UsageError

MARKER = "site.json"
MADE_BY = "mtm site"


def former(out: Path) -> dict[str, Any]:
    """What the marker of the site before says; empty where there is none. Raises UsageError where another thing lies there."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise _foreign(out)
    if not out.exists() or not any(out.iterdir()):
        return {}
    try:
        told = json.loads((out / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _foreign(out) from None
    if not isinstance(told, dict) or told.get("made_by") != MADE_BY:
        raise _foreign(out)
    return told


@contextmanager
def built_beside(out: Path) -> Iterator[Path]:
    """A new folder that takes the place of `out` when all is written; else it is thrown away and the old one stands."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent, ignore_cleanup_errors=True) as beside:
        new, old = Path(beside) / "new", Path(beside) / "old"
        new.mkdir()
        yield new
        former(out)  # somebody may have put other things there meanwhile
        if out.exists():
            os.rename(out, old)
        try:
            os.rename(new, out)
        except OSError:
            if old.exists():
                os.rename(old, out)
            raise


def _foreign(out: Path) -> UsageError:
    return UsageError(
        "the folder holds something else than a site", where=str(out), expected=f"a new or empty folder, or one with the {MARKER} of mtm site",
        todo="choose another folder with --out, or empty this one yourself", code="not_a_site",
    )  # fmt: skip
