"""Places that hold backups: names and their bytes, put whole or not at all. A folder here; `remote.py` has the others.

Storing bytes under names belongs here; what they mean, and that they are encrypted, does not.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from warehouse.deliveries.disk import lasting_folder, sync
from warehouse.deliveries.sources.address import check_url, is_url, kind_of, protocol_of
from warehouse.deliveries.sources.redact import quiet, shown
from warehouse.errors import MtmError, UsageError

BLOCK = 2**20
TORN = ".part"  # the ending of what was begun: it bears no name yet
SETTING = "MTM_BACKUP_URL"


class Place(Protocol):
    """Names (`objects/ab/…`) and their bytes. What is put bears its name when it is whole; nothing is overwritten."""

    shown: str
    is_local: bool

    def names(self, below: str) -> dict[str, int]:
        """The names that begin with a folder, and how many bytes each has."""

    def put(self, name: str, data: bytes | Path) -> None:
        """Store bytes, or a file, durably."""

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes, in blocks. Raises MtmError (`backup_object_missing`) where there are none."""

    def remove(self, name: str) -> None:
        """Take a name away; no error where it is gone."""

    def torn(self) -> list[str]:
        """What writers that died left behind, before it had a name."""


def open_place(url: str | None) -> Place:
    """The place of a URL or path, or of MTM_BACKUP_URL. Raises UsageError (exit 2) for one that can't hold backups."""
    url = (url or os.environ.get(SETTING) or "").strip()
    if not url:
        raise UsageError("no place for backups is named", expected=f"a URL or path, here or in {SETTING}",
                         todo="mtm backup s3://BUCKET/mtm, sftp://USER@HOST/mtm, or a folder on another disk", code="no_backup_url")  # fmt: skip
    try:
        check_url(url)
    except ValueError as error:
        raise UsageError(str(error), where="the URL of the backup", expected="a path, s3://, sftp:// or what else fsspec writes",
                         todo="check it", code="bad_url") from None  # fmt: skip
    if kind_of(url) != "files" or protocol_of(url) in ("http", "https"):
        raise UsageError(f"{protocol_of(url)}:// holds no backups", expected="a path, s3://, sftp:// or what else fsspec writes",
                         todo="choose another place", code="bad_url")  # fmt: skip
    if protocol_of(url) == "file":
        return Folder(Path(unquote(urlsplit(url).path) if is_url(url) else url).expanduser().absolute())
    from warehouse.backup.remote import Far

    quiet()
    return Far(url)


class Folder:
    """A folder of this machine: another disk, a mount."""

    is_local = True

    def __init__(self, root: Path) -> None:
        """Nothing is made yet."""
        self.root, self.shown = root, shown(str(root))

    def names(self, below: str) -> dict[str, int]:
        """As Place. What was begun and has no name yet is left out, but told below `""`."""
        found = {}
        for folder, _, files in os.walk(self.root / below):
            for file in files:
                path = Path(folder, file)
                if not file.endswith(TORN):
                    found[path.relative_to(self.root).as_posix()] = path.stat().st_size
        return found

    def put(self, name: str, data: bytes | Path) -> None:
        """As Place."""
        path = self.root / name
        lasting_folder(path.parent)
        temporary = path.with_name(f".{secrets.token_hex(6)}{TORN}")
        try:
            with temporary.open("wb") as file:
                for block in blocks(data):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError as error:
            raise _refused(self.shown, error) from error
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        sync(path.parent)

    def read(self, name: str) -> Iterator[bytes]:
        """As Place."""
        try:
            with (self.root / name).open("rb") as file:
                while block := file.read(BLOCK):
                    yield block
        except FileNotFoundError:
            raise missing(self.shown, name) from None

    def remove(self, name: str) -> None:
        """As Place."""
        (self.root / name).unlink(missing_ok=True)

    def torn(self) -> list[str]:
        """What writers that died left behind."""
        found = [*self.root.glob(f"*/.*{TORN}"), *self.root.glob(f"*/*/.*{TORN}")]
        return [p.relative_to(self.root).as_posix() for p in found]


def blocks(data: bytes | Path) -> Iterator[bytes]:
    """Bytes, or those of a file, in blocks."""
    if isinstance(data, bytes):
        yield data
        return
    with data.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def missing(where: str, name: str) -> MtmError:
    """The error of a name that is not there."""
    return MtmError(
        f"the backup lacks {name}", where=where, expected="every object that a snapshot names",
        todo="mtm backup URL --verify tells what else; take another snapshot, or back up again while the home is there",
        code="backup_object_missing",
    )  # fmt: skip


def _refused(where: str, error: OSError) -> MtmError:
    return MtmError(
        f"the backup can't be written: {error.strerror or type(error).__name__}", where=where,
        expected="room, and a folder that may be written to", todo="look at the place; what was sent stays, the next backup goes on",
        code="backup_not_written",
    )  # fmt: skip
