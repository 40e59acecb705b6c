"""Tags: names that a person gives to releases, and by which they are kept and asked for.

Writing, reading and checking names belong here. Tags lie beside the immutable folders (`published/tags.json`).
"""

from __future__ import annotations

import json
import re

from warehouse.errors import MtmError, UsageError
from warehouse.releases.journal import write_json
from warehouse.settings import Home

FILE = "tags.json"
CHANNELS = ("current", "latest-candidate")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
RELEASE = re.compile(r"r\d+")


def tags(home: Home) -> dict[str, str]:
    """Name → release. Raises MtmError where the file can't be read: what is tagged must not be forgotten in silence."""
    path = home.published / FILE
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): str(release) for name, release in found.items()}
    except (ValueError, AttributeError):
        raise MtmError(
            "the tags can't be read", where=f"published/{FILE}", expected="a JSON object: name, release",
            todo="mend the file, or restore it from a backup", code="tags_damaged",
        ) from None  # fmt: skip


def tags_of(home: Home, release_id: str) -> list[str]:
    """The names of one release."""
    return sorted(name for name, release in tags(home).items() if release == release_id)


def add_tag(home: Home, release_id: str, name: str) -> None:
    """Name a release, durably. Raises UsageError for a name that can't be one, or that another release bears."""
    _check(name)
    stands = tags(home)
    if stands.get(name, release_id) != release_id:
        raise UsageError(
            f"the tag {name} stands on {stands[name]}", expected="a new name",
            todo=f"mtm tag {stands[name]} {name} --remove, then again", code="tag_taken",
        )  # fmt: skip
    write_json(home.published / FILE, {**stands, name: release_id})


def remove_tag(home: Home, release_id: str, name: str) -> None:
    """Take a name from a release. Raises UsageError where it does not bear it."""
    stands = tags(home)
    if stands.get(name) != release_id:
        raise UsageError(
            f"{release_id} has no tag {name[:64]!r}", expected=f"one of {', '.join(tags_of(home, release_id)) or 'no tag'}",
            todo="mtm releases shows the tags", code="unknown_tag",
        )  # fmt: skip
    write_json(home.published / FILE, {n: r for n, r in stands.items() if n != name})


def _check(name: str) -> None:
    if NAME.fullmatch(name) and not RELEASE.fullmatch(name) and name not in CHANNELS:
        return
    raise UsageError(
        f"{name[:64]!r} can't be a tag",
        expected="1 to 64 letters (Latin), digits, dots, dashes and underscores, and no release's or channel's name",
        todo="choose another name, such as 2025-annual-report", code="bad_tag",
    )  # fmt: skip
