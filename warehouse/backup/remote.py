"""Places behind fsspec: S3, SFTP and what else the sources know, with the same credentials, errors and patience.

Putting, reading and listing far away belong here; connecting and the words of errors are the sources' (`Remote`).
"""

from __future__ import annotations

import posixpath
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from warehouse.backup.place import BLOCK, TORN, missing
from warehouse.deliveries.sources.address import default_secret_env, protocol_of
from warehouse.deliveries.sources.redact import declare
from warehouse.deliveries.sources.remote import Remote
from warehouse.deliveries.sources.retry import patiently
from warehouse.errors import MtmError

T = TypeVar("T")


class Far:
    """A place that fsspec opens. Object stores name an object when it is whole; over SFTP a rename does it."""

    is_local = False

    def __init__(self, url: str) -> None:
        """Connects, to say at once what is wrong."""
        self.url, self.variable = url, default_secret_env(url)
        declare(self.variable)
        self._remote: Remote | None = None
        self.shown = self._do(lambda fs, root: self._remote.where if self._remote else "")

    def names(self, below: str) -> dict[str, int]:
        """As Place."""

        def listed(fs: Any, root: str) -> dict[str, int]:
            top = posixpath.join(root, below).rstrip("/")
            found: dict[str, int] = {}
            for path, size in _walk(fs, top):
                if not path.endswith(TORN):
                    found[posixpath.relpath("/" + path.lstrip("/"), "/" + root.lstrip("/"))] = size
            return found

        return self._do(listed)

    def put(self, name: str, data: bytes | Path) -> None:
        """As Place."""

        def stored(fs: Any, root: str) -> None:
            path = posixpath.join(root, name)
            if protocol_of(self.url) != "sftp":
                _send(fs, data, path)
                return
            temporary = posixpath.join(posixpath.dirname(path), f".{secrets.token_hex(6)}{TORN}")
            _send(fs, data, temporary)
            from fsspec.asyn import sync  # type: ignore[import-untyped]

            sync(fs.loop, fs._mv, temporary, path)

        self._do(stored)

    def read(self, name: str) -> Iterator[bytes]:
        """As Place: block by block, each asked for again where the connection breaks."""
        size = self._do(lambda fs, root: _size(fs, posixpath.join(root, name)))
        if size is None:
            raise missing(self.shown, name)
        for start in range(0, size, BLOCK * 4):
            yield self._do(lambda fs, root, s=start: _cut(fs, posixpath.join(root, name), s, min(s + BLOCK * 4, size)))  # type: ignore[misc]

    def remove(self, name: str) -> None:
        """As Place."""

        def removed(fs: Any, root: str) -> None:
            with suppress(FileNotFoundError):
                fs.rm_file(posixpath.join(root, name))

        self._do(removed)

    def torn(self) -> list[str]:
        """What writers that died left behind; nothing on object stores."""

        def left(fs: Any, root: str) -> list[str]:
            found = [p for top in ("objects", "snapshots", "locks") for p, _ in _walk(fs, posixpath.join(root, top))]
            return [posixpath.relpath("/" + p.lstrip("/"), "/" + root.lstrip("/")) for p in found if p.endswith(TORN)]

        return self._do(left) if protocol_of(self.url) == "sftp" else []

    def _do(self, work: Callable[[Any, str], T]) -> T:
        """Work on the connection; again, on a new one, after a fault that may pass."""

        def tried() -> T:
            if self._remote is None or self._remote.fs is None:
                self._remote = Remote(self.url, self.variable)
            with self._remote.faults():
                return work(self._remote.fs, self._remote.root)

        try:
            return patiently(tried)
        except MtmError as error:
            if error.code == "source_unauthorised":
                error.expected = "credentials that may read and write there"
            raise


def _walk(fs: Any, top: str) -> Iterator[tuple[str, int]]:
    """Files below a folder, and their sizes; nothing where it does not exist."""
    with suppress(FileNotFoundError):
        for info in fs.find(top, detail=True).values() if not _is_sftp(fs) else _listed(fs, top):
            yield info["name"], int(info.get("size") or 0)


def _listed(fs: Any, top: str) -> Iterator[dict[str, Any]]:
    """`find` for SFTP: its own does not tell links and types alike on all servers."""
    for info in fs.ls(top, detail=True):
        if info.get("type") == "directory":
            yield from _listed(fs, info["name"])
        else:
            yield info


def _is_sftp(fs: Any) -> bool:
    return type(fs).__name__ == "SSHFileSystem"


def _send(fs: Any, data: bytes | Path, path: str) -> None:
    if isinstance(data, Path):
        fs.put_file(str(data), path)
        return
    if _is_sftp(fs):
        fs.makedirs(posixpath.dirname(path), exist_ok=True)
        with fs.open(path, "wb") as file:
            file.write(data)
        return
    fs.pipe_file(path, data)


def _size(fs: Any, path: str) -> int | None:
    try:
        return int(fs.info(path)["size"])
    except FileNotFoundError:
        return None


def _cut(fs: Any, path: str, start: int, end: int) -> bytes:
    if not _is_sftp(fs):
        return bytes(fs.cat_file(path, start=start, end=end))
    with fs.open(path, "rb") as file:
        file.seek(start)
        return bytes(file.read(end - start))
