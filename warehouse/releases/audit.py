"""The audit of a release before it has its name: what lies on the disk is what the gate passed, value by value.

Comparing the staging folder with the build database belongs here; the checks of the gate do not, they were before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse.errors import MtmError
from warehouse.releases.contents import attach, checksums, hashes, opened, others, parquet, shape, table
from warehouse.releases.manifest import FILE
from warehouse.releases.notes import notes_name
from warehouse.releases.notes_words import LANGUAGES
from warehouse.releases.serving import DATABASE, foreign_keys

GATE = "gate"  # where a release keeps the Data Docs of its verdict
HANDOUTS = {"package", "reports"}
DIFFERS = "what was written is not what was built"
PARTS = {DATABASE, "parquet", "verdict.json", GATE, *map(notes_name, LANGUAGES), *HANDOUTS}


def audit(folder: Path, build: Path, marts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Read everything back from disk. Returns the marts with their columns and keys; raises MtmError where anything differs."""
    import duckdb

    for path in folder.iterdir():
        if path.name not in PARTS:
            raise failed(path.name, "a file is there that nobody wrote")
    try:
        return _audited(folder, build, marts)
    except (duckdb.Error, UnicodeError) as error:  # the engine's message may quote damaged bytes
        raise failed(DATABASE, f"it can't be read back ({type(error).__name__})") from None


def _audited(folder: Path, build: Path, marts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    with opened(folder) as con:
        attach(con, build, "build")
        found, built = shape(con, "release"), shape(con, "build")
        if stray := others(con, "release"):
            raise failed(DATABASE, f"it holds {stray[0]}")
        twins = {p.stem for p in (folder / "parquet").iterdir()}
        for name in sorted(set(found) ^ set(marts) | set(marts) ^ twins):
            raise failed(name, "it is in one of database, Parquet and candidate only")
        declared = foreign_keys(list(marts))  # the build database has none: rebuilds would break on them
        for name in marts:
            built[name]["foreign_keys"] = [k.model_dump() for k in declared[name]]
        if unlike := [name for name in marts if found[name] != built[name]]:
            raise failed(unlike[0], DIFFERS)
        sums = checksums(con, [(s, list(found[n]["columns"])) for n in marts for s in _three(folder, n)])
        for at, (name, mart) in enumerate(marts.items()):
            told = set(sums[3 * at : 3 * at + 3])
            if len(told) != 1 or told.pop()[0] != mart["rows"]:
                raise failed(name, DIFFERS)
    return {name: {**mart, **found[name]} for name, mart in marts.items()}


def _three(folder: Path, name: str) -> tuple[str, str, str]:
    """Where a mart stands: as it was built, and twice as it was written."""
    return table("build", name), table("release", name), parquet(folder, name)


def must_be_unchanged(folder: Path, files: dict[str, dict[str, Any]]) -> None:
    """Hash every file once more. Raises MtmError where one changed, came or went since it was hashed."""
    now = hashes(folder)
    for name in sorted({*now, *files} - {FILE}):
        if now.get(name) != files.get(name):
            raise failed(name, "it changed while the release was audited")


def failed(name: str, what: str) -> MtmError:
    """The audit's refusal; nothing was published."""
    return MtmError(
        f"the release is not published: {what}", where=name, expected="the candidate's marts on the disk, unchanged",
        todo="run again; if it happens again, look at the disk and at who else writes there", code="audit_failed",
    )  # fmt: skip
