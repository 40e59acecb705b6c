"""Files of the vault and of pulls on disk: hashing, copying, syncing, and what is said when the disk refuses.

What any file needs belongs here; what a delivery is does not.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.deliveries.readers.limits import stated
from warehouse.errors import MtmError, UnreadableDelivery

MAX_BYTES = 200 * 2**20  # of what is pulled and is no file
CHUNK = 2**20


@contextmanager
def copied(path: Path, folder: Path, name: str) -> Iterator[tuple[Path, str]]:
    """A private copy and its hash: what is hashed, read and stored is the same bytes, also if the file changes."""
    folder.mkdir(exist_ok=True, mode=0o700)
    handle, text = tempfile.mkstemp(dir=folder)
    copy, digest, size = Path(text), hashlib.sha256(), 0
    most = stated().text_bytes  # of what is no text, the reader takes less
    try:
        with os.fdopen(handle, "wb") as target, path.open("rb") as original:
            while chunk := original.read(CHUNK):
                size += len(chunk)
                if size > most:
                    raise too_large(name, most)
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        yield copy, digest.hexdigest()
    finally:
        copy.unlink(missing_ok=True)


def file_hash(path: Path) -> str:
    """sha256 of a file, streamed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def too_large(name: str, most: int) -> UnreadableDelivery:
    """The refusal of a file that is larger than any round."""
    return UnreadableDelivery(
        f"the file has more than {most >> 20} MB",
        where=name,
        expected="one round's table",
        todo="export one round only, without pictures",
        code="too_large",
    )


@contextmanager
def storage_faults(name: str) -> Iterator[None]:
    """Around work on files: what the disk refuses becomes one line without folders; what was begun is gone by then."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise MtmError(
            f"the file could not be stored: {error.strerror or type(error).__name__}",
            where=name,
            expected="room in MTM_HOME"
            if full
            else "a file that can be read, and a folder MTM_HOME that can be written",
            todo="make room and receive it again" if full else "check the permissions and receive it again",
            code="disk_full" if full else "not_stored",
        ) from None


def lasting_folder(path: Path) -> None:
    """Make a folder for the owner only, and those above it, so that their names last as well."""
    if not path.is_dir():
        lasting_folder(path.parent)
        path.mkdir(exist_ok=True, mode=0o700)
        sync(path.parent)


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """Put a whole file in the place of another, to last: readers see the old or the new one. `private`: for the owner only."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    mode = 0o600 if private else 0o666  # less what the umask takes
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def sync(path: Path) -> None:
    """Make what was written to a file or folder last."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
