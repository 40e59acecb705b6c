"""A backup in its place: the note of how it is sealed, snapshots, and objects named by what they hold.

    mtm-backup.json                       format, whether it is encrypted, salt, what tells a wrong key
    snapshots/<time>-<n>.<version>.json   sealed; written last, so that a snapshot's objects are all there
    objects/<aa>/<hash>                   sealed; the hash of the contents, keyed where it is encrypted
    locks/…                               who works on it now (locks.py)

Opening, reading and writing these belongs here; what goes into a snapshot does not.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from warehouse.backup.key import FILE_SETTING, SETTING, Keys, derived, secret
from warehouse.backup.locks import locked
from warehouse.backup.place import Place
from warehouse.backup.seal import damaged, opened, sealed
from warehouse.backup.snapshot import ID, Snapshot, from_json
from warehouse.errors import MtmError, UsageError

NOTE, SNAPSHOTS, OBJECTS = "mtm-backup.json", "snapshots/", "objects/"
FORMAT = 1
IN_MEMORY = 8 * 2**20  # sealed in memory up to here; what is larger goes through a file


class Changed(Exception):
    """Contents are no longer those that were hashed."""


class Repository:
    """One backup that is open."""

    def __init__(self, place: Place, keys: Keys | None) -> None:
        """`keys` are None where it is not encrypted."""
        self.place, self.keys = place, keys
        self.spool: Path | None = None  # where what is large is sealed: in the home's build folder

    @property
    def is_encrypted(self) -> bool:
        """Whether it is of use to nobody without the key."""
        return self.keys is not None

    def object_name(self, sha256: str) -> str:
        """The name of contents. Keyed, so that nobody can tell whether a file that he has is in it."""
        name = hmac.new(self.keys.names, sha256.encode(), hashlib.sha256).hexdigest() if self.keys else sha256
        return f"{OBJECTS}{name[:2]}/{name}"

    def put(self, name: str, blocks: Iterable[bytes], size: int, sha256: str | None = None) -> int:
        """Seal and store; the bytes that were stored. What is large is streamed through a sealed file, never whole in memory.

        With `sha256` nothing is stored where the contents have another hash (Changed): a name never lies.
        """
        digest = hashlib.sha256()
        chunks = sealed(_noted(blocks, digest), self.keys.data if self.keys else None, name)
        if size <= IN_MEMORY:
            data = b"".join(chunks)
            _must_be(digest.hexdigest(), sha256)
            self.place.put(name, data)
            return len(data)
        with tempfile.TemporaryDirectory(prefix="sealing-", dir=self.spool) as folder:
            path = Path(folder, "sealed")
            with path.open("wb") as file:
                file.writelines(chunks)
            _must_be(digest.hexdigest(), sha256)
            self.place.put(name, path)
            return path.stat().st_size

    def read(self, name: str) -> Iterator[bytes]:
        """What is stored under a name. Raises MtmError where it is gone or damaged."""
        return opened(self.place.read(name), self.keys.data if self.keys else None, name)

    def contents(self, sha256: str) -> Iterator[bytes]:
        """The contents with this hash, and an error at their end where they have another."""
        digest, name = hashlib.sha256(), self.object_name(sha256)
        for chunk in self.read(name):
            digest.update(chunk)
            yield chunk
        if digest.hexdigest() != sha256:
            raise damaged(name)

    def write(self, snapshot: Snapshot) -> None:
        """Store a snapshot: from now on it is there."""
        text = snapshot.as_json()
        self.put(_name(snapshot), [text], len(text))

    def remove(self, snapshot: Snapshot) -> None:
        """Take a snapshot away; its objects stay."""
        self.place.remove(_name(snapshot))

    def snapshot_names(self) -> dict[str, str]:
        """Id → name of its newest version, oldest snapshot first."""
        found: dict[str, tuple[int, str]] = {}
        for name in self.place.names(SNAPSHOTS):
            identity, _, version = name.removeprefix(SNAPSHOTS).removesuffix(".json").rpartition(".")
            if ID.fullmatch(identity) and version.isdecimal():
                found[identity] = max(found.get(identity, (0, "")), (int(version), name))
        return {identity: found[identity][1] for identity in sorted(found)}

    def load(self, name: str) -> Snapshot:
        """One snapshot. Raises MtmError where it is damaged."""
        return from_json(b"".join(self.read(name)), name)

    def snapshots(self) -> tuple[list[Snapshot], dict[str, MtmError]]:
        """All that can be read, oldest first; and those that can't, with the reason."""
        found, wrong = [], {}
        for identity, name in self.snapshot_names().items():
            try:
                found.append(self.load(name))
            except MtmError as error:
                wrong[identity] = error
        return found, wrong

    def newest(self) -> Snapshot | None:
        """The last snapshot that can be read."""
        for name in reversed(self.snapshot_names().values()):
            try:
                return self.load(name)
            except MtmError:
                continue
        return None


def existing(place: Place) -> Repository:
    """The backup in a place. Raises MtmError where there is none, or the key is missing or another one."""
    if not _has_note(place):
        raise MtmError("there is no backup", where=place.shown, expected=f"a place that mtm backup wrote to ({NOTE})",
                       todo="check the address; mtm backup URL makes the first", code="no_backup")  # fmt: skip
    try:
        note = json.loads(b"".join(place.read(NOTE)))
        newer, is_sealed, salt, check = (
            note["format"] > FORMAT,
            note["encrypted"],
            bytes.fromhex(note["salt"]),
            note["check"],
        )
    except (ValueError, KeyError, TypeError):
        raise damaged(NOTE) from None
    if newer:
        raise MtmError("the backup was written by a newer version", where=place.shown, expected=f"format {FORMAT}",
                       todo="use that version, then see docs/upgrades.md", code="backup_is_newer")  # fmt: skip
    return Repository(place, _keys(place, salt, check) if is_sealed else None)


def made(place: Place, *, unencrypted: bool) -> Repository:
    """The backup in a place, begun where there is none. Raises UsageError where microdata would leave the machine in the clear."""
    if not _has_note(place):
        given = secret()
        if given is None and not place.is_local and not unencrypted:
            raise UsageError("without a key this would send microdata in the clear", where=place.shown,
                             expected=f"a key in {SETTING}, or in the file that {FILE_SETTING} names",
                             todo=f"mtm backup --make-key FILE, then export {FILE_SETTING}=FILE (or --unencrypted, if the place itself is safe)",
                             code="no_backup_key")  # fmt: skip
        if given is not None and unencrypted:
            raise UsageError(
                "a key is set and --unencrypted asks for none",
                expected="one of them",
                todo="leave one out",
                code="bad_option",
            )
        with locked(place, alone=True):
            if not _has_note(place):
                _begin(place, given)
    found = existing(place)
    if not found.is_encrypted and secret() is not None:
        raise UsageError("this backup was begun without a key, and stays without one", where=place.shown,
                         expected="another place for an encrypted backup", todo="name another place; then remove this one",
                         code="backup_unencrypted")  # fmt: skip
    return found


def next_version(snapshot: Snapshot) -> Snapshot:
    """The same snapshot, to be written beside its present version."""
    return replace(snapshot, version=snapshot.version + 1)


def _begin(place: Place, given: str | None) -> None:
    salt = secrets.token_bytes(16)
    check = derived(given, salt).check if given else ""
    note = {"format": FORMAT, "encrypted": given is not None, "salt": salt.hex(), "check": check}
    place.put(NOTE, json.dumps(note, indent=1).encode())


def _has_note(place: Place) -> bool:
    try:
        return bool(next(iter(place.read(NOTE)), b""))
    except MtmError as error:
        if error.code in ("backup_object_missing", "source_not_found"):
            return False
        raise


def _keys(place: Place, salt: bytes, check: str) -> Keys:
    given = secret()
    if given is None:
        raise MtmError("the backup is encrypted and no key is given", where=place.shown,
                       expected=f"its key in {SETTING}, or in the file that {FILE_SETTING} names",
                       todo=f"export {FILE_SETTING}=FILE; without the key nobody can read it", code="no_backup_key")  # fmt: skip
    keys = derived(given, salt)
    if not hmac.compare_digest(keys.check, check):
        raise MtmError("this is not the key of the backup", where=place.shown, expected="the key that it was begun with",
                       todo=f"look at {SETTING} and {FILE_SETTING}; without its key nobody can read it", code="wrong_backup_key")  # fmt: skip
    return keys


def _noted(blocks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for block in blocks:
        digest.update(block)
        yield block


def _must_be(sha256: str, meant: str | None) -> None:
    if meant is not None and sha256 != meant:
        raise Changed


def _name(snapshot: Snapshot) -> str:
    return f"{SNAPSHOTS}{snapshot.id}.{snapshot.version}.json"


__all__ = ["NOTE", "OBJECTS", "SNAPSHOTS", "Changed", "Repository", "existing", "made", "next_version"]
