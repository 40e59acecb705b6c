"""What a reader finds in a home, looked at from outside: nothing of the project is asked.

The invariant of the fault matrix belongs here: the old or the new release, whole, and nothing else on the published side.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.faults import toyland

ENCODINGS = ("utf-8", "utf-16-le")
NOT_RELEASES = {"flips.jsonl", "tags.json"}  # what may lie beside the releases, with or without a dot before it


@dataclass(frozen=True)
class Served:
    """The release that is served. `people` by round, at the level of the country."""

    release_id: str
    content_hash: str
    people: dict[str, int]
    parent: str | None


class Bad(AssertionError):
    """The invariant does not hold."""


def what_is_served(home: Path) -> Served | None:
    """The release that the pointer names, or None before the first. Raises Bad where it is not whole, or not alone."""
    published, pointer = home / "published", home / "published" / "current"
    if not pointer.is_symlink():
        _demand(not pointer.exists(), "the pointer is not a symlink")
        _nothing_personal(published)
        return None
    folder = published / os.readlink(pointer)
    _demand(folder.is_dir(), f"the pointer hangs: {os.readlink(pointer)}")
    manifest = whole(folder)
    _only_releases(published)
    _nothing_personal(published)
    return Served(folder.name, manifest["content_hash"], people_in(folder / "mtm.duckdb"), manifest["parent"])


def whole(folder: Path) -> dict[str, Any]:
    """The manifest of a release whose every file is as it says, read-only, with a passed verdict. Raises Bad."""
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    _demand(set(files) == {*manifest["files"], "manifest.json"}, f"{folder.name} has other files than its manifest")
    for name, told in manifest["files"].items():
        digest = hashlib.sha256(files[name].read_bytes()).hexdigest()
        _demand(digest == told["sha256"], f"{folder.name}/{name} is not what the manifest says")
    _demand(manifest["release_id"] == folder.name, f"{folder.name} says that it is {manifest['release_id']}")
    for path in (folder, *folder.rglob("*")):
        _demand(not path.stat().st_mode & 0o222, f"{path.relative_to(folder.parent)} can be written")
    verdict = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    _demand(
        verdict["outcome"] == "passed" and bool(verdict["checks"]), f"{folder.name} was published without a verdict"
    )
    with duckdb.connect(str(folder / "mtm.duckdb"), read_only=True) as con:
        for mart, told in manifest["marts"].items():
            rows = con.execute(f"SELECT count(*) FROM marts.{mart}").fetchall()[0][0]
            _demand(rows == told["rows"], f"{folder.name}: {mart} has {rows} rows, told {told['rows']}")
    return manifest


def settled(home: Path) -> None:
    """After a run that succeeded: both pointers name one release, the logs say so, nothing half-made lies about. Raises Bad."""
    published = home / "published"
    current, latest = (os.readlink(published / name) for name in ("current", "latest-candidate"))
    _demand(current == latest, f"{current} is served, latest-candidate names {latest}")
    name = Path(current).name
    flip, noted = _lines(published / "flips.jsonl")[-1], _lines(published / "index.jsonl")
    _demand(flip["release_id"] == name, f"{name} is served, the log of flips ends with {flip['release_id']}")
    digest = hashlib.sha256((published / current / "manifest.json").read_bytes()).hexdigest()
    told = [line for line in noted if (line["do"], line["release_id"]) == ("written", name)]
    _demand(bool(told) and told[-1]["manifest_sha256"] == digest, f"the index does not know {name}")
    left = [p.name for p in (*published.glob(".*"), *(published / "releases").glob(".*")) if p.name != ".lock"]
    _demand(not left, f"left behind: {left}")


def _lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a log; a torn one is no line."""
    found = []
    for text in path.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):
            found.append(json.loads(text))
    return found


def people_in(database: Path) -> dict[str, int]:
    """Individuals by round, as a reader asks them."""
    with duckdb.connect(str(database), read_only=True) as con:
        return dict(con.execute(PEOPLE).fetchall())


PEOPLE = """SELECT round_key, sum(individuals)::BIGINT FROM marts.mart_population
            WHERE place_level = 0 AND population_category = 'idp' AND individuals IS NOT NULL GROUP BY 1 ORDER BY 1"""


def releases(home: Path) -> list[str]:
    """Ids of the releases that a reader sees in the folder."""
    return sorted(p.name for p in (home / "published" / "releases").glob("r*"))


def _only_releases(published: Path) -> None:
    """No half-made folder looks like a release: what lies under `releases/` is whole, or hidden."""
    for path in (published / "releases").iterdir():
        if not path.name.startswith("."):
            _demand((path / "manifest.json").is_file(), f"{path.name} has no manifest")


def _nothing_personal(published: Path) -> None:
    needles = [text.encode(code) for text in toyland.secrets() for code in ENCODINGS]
    for path in published.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            found = [n for n in needles if n in data]
            _demand(not found, f"{path.relative_to(published)} holds {len(found)} planted identifiers")


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise Bad(what)
