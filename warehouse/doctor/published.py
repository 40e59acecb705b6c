"""Checks on releases and on what stands beside them: the served one, the others, retention, operations' files.

Verifying is done in `warehouse/releases`; here it is asked for what can be had in a moment.
"""

from __future__ import annotations

import os
from collections.abc import Sized
from pathlib import Path

from warehouse.doctor.model import Asked, Found, bad, ok, warn
from warehouse.errors import MtmError
from warehouse.releases.integrity import problems, unhashed
from warehouse.releases.manifest import FILE as MANIFEST
from warehouse.releases.manifest import current_id, read_manifest, release_ids
from warehouse.releases.verify import QUICK_BYTES, tampered
from warehouse.settings import Home

AFTER = 600.0  # seconds: a copy that was restored is not written in order


def served(asked: Asked) -> Found | None:
    """The release that is served is as it was published: hashes (of large files the size), rights, nothing written since."""
    home = asked.home
    if not home.published.is_dir():
        return None
    identity = current_id(home)
    if identity is None:
        return _nothing_served(home)
    manifest = read_manifest(home.releases / identity)
    if wrong := problems(home, identity, modes=False, most=QUICK_BYTES):
        error = tampered(home, identity, wrong)
        return bad(error.what, error.todo)
    if loose := problems(home, identity, most=0):
        return bad(f"{identity} is whole, but {loose[0]}", f"chmod -R a-w {home.releases / identity}")
    if since := _written_since(home.releases / identity):
        return warn(
            f"{identity}: {since} was written to after it was published",
            f"mtm verify {identity}; who has root opens it with READ_ONLY",
        )
    large = unhashed(home, identity, QUICK_BYTES)
    return ok(
        f"{identity}, {len(manifest.files)} files as published"
        + (f" ({len(large)} by size only: mtm verify)" if large else "")
    )


def _nothing_served(home: Home) -> Found:
    kept = release_ids(home)
    if not kept:
        return ok("none yet")
    return bad(f"nothing is served, though {len(kept)} releases are kept", f"mtm rollback {kept[-1]} serves the newest")


def _written_since(folder: Path) -> str:
    """What changed after the manifest, which is written last; also where somebody had the database open to write."""
    last = (folder / MANIFEST).stat().st_mtime + AFTER
    late = [p for p in (folder, *folder.rglob("*")) if p.stat().st_mtime > last]
    return "" if not late else "its folder" if late[-1] == folder else late[-1].relative_to(folder).as_posix()


def others(asked: Asked) -> Found | None:
    """The other releases that are kept, to which one may have to roll back: files, sizes, rights."""
    home = asked.home
    kept = [i for i in release_ids(home) if i != current_id(home)] if home.releases.is_dir() else []
    wrong = {i: found for i in kept if (found := problems(home, i, most=0))}
    if wrong:
        first = next(iter(wrong))
        return warn(
            f"{', '.join(wrong)}: {wrong[first][0]}",
            f"mtm verify {first} says what can be done; mtm gc removes what is old",
        )
    return ok(f"{len(kept)} kept, sizes and rights as published") if kept else None


def operations(asked: Asked) -> Found:
    """Every file of every operation can be used."""
    from warehouse.operations import all_operations
    from warehouse.settings import operations_dirs

    if gone := [p for p in operations_dirs() if not p.is_dir()]:
        return bad(f"{gone[0]} is no folder", "mend MTM_OPERATIONS")
    told, wrong = [], []
    for operation in all_operations():
        try:
            told.append(
                f"{operation.code} ({_counted(operation.codebooks, 'codebook')}, {_counted(operation.rounds, 'round')})"
            )
        except MtmError as error:
            wrong.append(error)
    if wrong:
        return bad(f"{wrong[0].what} ({wrong[0].where})", wrong[0].todo or "docs/adding-a-country.md")
    return ok(", ".join(told)) if told else bad("there is no operation", "set MTM_OPERATIONS, or add operations/<code>")


def _counted(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def retention(asked: Asked) -> Found | None:
    """Raw files end in time."""
    from warehouse.personal.purge import begun, due

    home = asked.home
    if not (home.vault.is_dir() and os.access(home.vault, os.X_OK)):
        return None
    late, open_ones = len(due(home)), len(begun(home))
    seen = f"{late} files past their retention, {open_ones} purges interrupted"
    return bad(seen, "mtm purge --expired") if late + open_ones else ok(seen)


def due_rounds(asked: Asked) -> Found | None:
    """Rounds that should have come by now."""
    from warehouse.due import due_rounds as all_due

    if not asked.home.root.is_dir():
        return None
    late = [d for d in all_due(asked.home) if d.state == "late"]
    if not late:
        return ok("none is late")
    told = ", ".join(f"{d.round_key} ({d.days_late} days)" for d in late[:4]) + (
        f" and {len(late) - 4} more" if len(late) > 4 else ""
    )
    return warn(told, "ask the field; or set another `due` in rounds.yml, if it will not come")


def chromium(asked: Asked) -> Found:
    """There is a browser that prints reports as PDF."""
    from warehouse.serving.report.pdf import VARIABLE, found_chromium

    found = found_chromium()
    if found:
        return ok(found)
    if os.environ.get(VARIABLE):
        return bad(f"there is no program at {VARIABLE}", f"mend {VARIABLE}, or remove it")
    return warn("none: reports come as HTML only", "apt-get install chromium, or set MTM_CHROMIUM, if PDFs are wanted")
