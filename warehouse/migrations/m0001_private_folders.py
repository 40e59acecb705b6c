"""Step 1: tables, corrections and received files lie in the private folders (`build`, `vault`), as they once did not.

Homes of before versions kept microdata in `normalized`, `corrections` and `inbox/received`. A rename each, within the home.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.deliveries.disk import lasting_folder, sync

TITLE = "microdata lies in vault and build only"
AUTOMATIC = True
MOVES = (("normalized", "build/normalized"), ("corrections", "vault/corrections"), ("inbox/received", "vault/received"))


def apply(root: Path, *, dry_run: bool) -> list[str]:
    """Move what lies where it lay before; what has its new place already stays. A folder that is there and empty gives way."""
    told = []
    for before, now in MOVES:
        source, target = root / before, root / now
        if not source.is_dir():
            continue
        told += [f"{before} → {now}"] if any(source.iterdir()) else []
        if not dry_run:
            _move(source, target)
    return told


def _move(source: Path, target: Path) -> None:
    """A rename where the new folder is not there; else child by child, and what is there already stands."""
    lasting_folder(target.parent)
    if not target.exists():
        source.chmod(0o700)
        source.rename(target)
    else:
        for child in sorted(source.iterdir()):
            if not (target / child.name).exists():
                child.rename(target / child.name)
            elif child.is_dir():
                _move(child, target / child.name)
        if not any(source.iterdir()):
            source.rmdir()
    sync(target.parent)
