"""Verifying releases, and serving another one after it was verified: rollback, promote.

Putting the checks together and saying which command repoints belongs here; the checks are in `integrity.py` and
`structure.py`, building anew from the vault is in `rebuild.py`.
"""

from __future__ import annotations

from typing import Any

from warehouse.errors import MtmError, UsageError
from warehouse.progress import tell
from warehouse.releases.integrity import problems, unhashed
from warehouse.releases.manifest import current_id, load_manifest, read_manifest, release_ids, release_named
from warehouse.releases.pointer import flip, freeze
from warehouse.releases.structure import structure_problems
from warehouse.settings import Home

QUICK_BYTES = 400 * 2**20  # hashed in half a second; what a rollback takes the time for


def verify(home: Home, name: str | None = None, *, quick: bool = False) -> dict[str, Any]:
    """The release's files, and that all are as they were published. Raises MtmError (exit 1) where they are not.

    `quick`: hashes, sizes, strays and permissions only; the database is not opened.
    """
    release_id = release_named(home, name)
    wrong = problems(home, release_id, modes=False)
    if not wrong and (open_to_change := problems(home, release_id)):
        raise _writable(release_id, open_to_change)
    if not wrong and not quick:
        wrong = structure_problems(home, read_manifest(home.releases / release_id))
    if wrong:
        raise tampered(home, release_id, wrong)
    m = read_manifest(home.releases / release_id)
    return {"release_id": release_id, "files": len(m.files), "content_hash": m.content_hash, "ok": True, "problems": []}


def verify_all(home: Home, *, quick: bool = False) -> list[dict[str, Any]]:
    """The answer for every release that is kept, oldest first; nothing is raised."""
    answers = []
    kept = release_ids(home)
    for number, release_id in enumerate(kept, 1):
        tell("verifying", release_id, number, len(kept))
        try:
            answers.append(verify(home, release_id, quick=quick))
        except MtmError as error:
            answers.append({"release_id": release_id, "ok": False, "problems": [error.what], "todo": error.todo})
    return answers


def tampered(home: Home, release_id: str, wrong: list[str]) -> MtmError:
    """What is wrong with a release, and the command that repoints readers to a whole one."""
    shown = "; ".join(wrong[:8]) + (f"; and {len(wrong) - 8} more" if len(wrong) > 8 else "")
    return MtmError(
        f"release {release_id} is not as it was published: {shown}", where=f"releases/{release_id}",
        expected="the files of its manifest", todo=_todo(home, release_id), code="tampered",
    )  # fmt: skip


def rollback(home: Home, name: str) -> dict[str, Any]:
    """Serve an older (or newer) whole release again. Refused where the release does not verify.

    Files are hashed, the smallest first, up to what takes half a second; `unhashed` names those that only their size
    was looked at.
    """
    before, release_id = current_id(home), release_named(home, name)
    if before == release_id:
        raise UsageError(f"{release_id} is current already", expected="another release", todo="mtm releases shows them")
    return _serve(home, release_id, before)


def promote(home: Home, name: str | None = None) -> dict[str, Any]:
    """Serve a release that was held back. Raises UsageError where it does not stand on what is served."""
    before, release_id = current_id(home), release_named(home, name or "latest-candidate")
    if before == release_id:
        raise UsageError(f"{release_id} is current already", expected="a release that is held back",
                         todo="mtm run --hold makes one, mtm releases shows them", code="nothing_held")  # fmt: skip
    m = load_manifest(home, release_id)
    if m.parent != before:
        raise UsageError(
            f"{release_id} was built on {m.parent or 'nothing'}, and {before or 'nothing'} is served now",
            expected="a release that was built on what is served",
            todo=f"mtm run {' '.join(m.brought)} builds it on {before}; mtm rollback {release_id} serves it as it is",
            code="stale_candidate",
        )  # fmt: skip
    return _serve(home, release_id, before)


def _serve(home: Home, release_id: str, before: str | None) -> dict[str, Any]:
    if wrong := problems(home, release_id, modes=False, most=QUICK_BYTES):
        raise tampered(home, release_id, wrong)
    if problems(home, release_id, most=0):
        freeze(home.releases / release_id)  # a restored copy may have lost its permissions
    flip(home, release_id, before)
    return {"before": before, "current": release_id, "unhashed": unhashed(home, release_id, QUICK_BYTES)}


def _writable(release_id: str, wrong: list[str]) -> MtmError:
    return MtmError(
        f"release {release_id} is whole, but {wrong[0]}" + (f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""),
        where=f"releases/{release_id}", expected="files 0444 and folders 0555",
        todo=f"chmod -R a-w on the folder releases/{release_id}", code="writable",
    )  # fmt: skip


def _todo(home: Home, release_id: str) -> str:
    served = current_id(home)
    if served != release_id and served and not problems(home, served, modes=False):
        return f"nothing for readers, {served} is served and whole; restore {release_id} from a backup, or let mtm gc remove it"
    whole = next(
        (i for i in reversed(release_ids(home)) if i != release_id and not problems(home, i, modes=False)), None
    )
    return f"mtm rollback {whole}" if whole else "restore it from a backup: no other release is whole"
