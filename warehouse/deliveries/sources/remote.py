"""Files behind fsspec: S3, SFTP and what else fsspec knows; finding them and opening them from an offset.

What is particular to a protocol (credentials, host keys, errors) belongs here; HTTP has a module of its own (`web`).
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from warehouse.deliveries.sources.address import host_of, is_loopback, protocol_of, user_of
from warehouse.deliveries.sources.files import Item, choose
from warehouse.deliveries.sources.redact import shown
from warehouse.deliveries.sources.retry import PACE, SourceError, Transient
from warehouse.deliveries.sources.transfer import Opened
from warehouse.deliveries.sources.web import unavailable
from warehouse.errors import MtmError

BLOCK = 2**20
GONE = {"NoSuchKey", "NoSuchBucket", "404"}
REFUSED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "403", "401"}
LATER = {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling", "500", "502", "503", "504"}
TODO = {
    "s3": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE), and AWS_ENDPOINT_URL for another host than AWS",
    "sftp": "set {variable}, or give this account an SSH key (ssh-agent, ~/.ssh)",
}


class Remote:
    """One connection to a place behind fsspec. `patience`: seconds to connect and to wait for an answer."""

    def __init__(self, url: str, variable: str | None, patience: tuple[float, float] | None = None) -> None:
        """Connects; a fault that may pass is Transient."""
        self.url, self.protocol = url, protocol_of(url)
        self.variable = variable
        self.where = shown(url)
        self.is_one = False  # whether the URL names one file
        self.patience = patience or (PACE.connect, PACE.read)
        self.fs: Any = None
        self.root = ""
        with self.faults():
            self._connected()

    def items(self) -> list[Item]:
        """The files that the URL stands for, in the order of their names."""
        with self.faults():
            self._connected()
            found = self._found()
            return found if self.is_one else choose(found, self.where)

    @contextmanager
    def opened(self, item: Item, offset: int, stamp: str | None) -> Iterator[Opened]:
        """A file from `offset` on, where its stamp is still the same; else from its start. Changed on the way: cut."""
        with self.faults():
            self._connected()
            now = self._item(self.fs.info(item.path))
            start = offset if stamp and stamp == now.stamp else 0
            file = self.fs.open(item.path, "rb", **self._options())
            file.seek(start)
        try:
            yield Opened(self._chunks(file), start, now.size, now.stamp)
        finally:
            with suppress(Exception):
                file.close()
        with self.faults():
            if self._item(self.fs.info(item.path)).stamp != now.stamp:
                raise Transient(unavailable("the file changed while it was read", self.where))

    def close(self) -> None:
        """Let the connection go."""
        self.fs = None

    def _connected(self) -> None:
        """Connect, also again after a fault: a connection that broke stays broken."""
        if self.fs is None:
            self.fs, self.root = _connect(self.url, self.protocol, self.variable, self.patience)

    def _found(self) -> list[Item]:
        """The file itself (then it is taken whatever its name); what lies in the folder; or what fits the pattern."""
        try:
            info = self.fs.info(self.root)
            self.is_one = info["type"] != "directory"
            if self.is_one:
                return [self._item(info)]
            infos = self.fs.ls(self.root, detail=True)
        except FileNotFoundError:
            if not any(c in self.root for c in "*?["):
                raise
            infos = list(self.fs.glob(self.root, detail=True).values())
        return [self._item(info) for info in infos if info.get("type") in ("file", "link")]

    def _item(self, info: dict[str, Any]) -> Item:
        path = info["name"]
        marks = [info.get(key) for key in ("ETag", "etag", "VersionId", "md5Hash", "mtime", "LastModified", "created")]
        stamp = ";".join(str(m) for m in [info.get("size"), *marks] if m is not None)
        base = shown(self.url).removesuffix(urlsplit(self.url).path)
        tail = path.lstrip("/").removeprefix(f"{urlsplit(self.url).netloc}/")  # object stores put the bucket in front
        return Item(path, posixpath.basename(path.rstrip("/")), f"{base}/{tail}", info.get("size"), stamp)

    def _chunks(self, file: Any) -> Iterator[bytes]:
        with self.faults():
            while chunk := file.read(BLOCK):
                yield bytes(chunk)

    def _options(self) -> dict[str, Any]:
        return {} if self.protocol == "sftp" else {"block_size": 4 * BLOCK, "cache_type": "readahead"}

    @contextmanager
    def faults(self) -> Iterator[None]:
        """What libraries raise, as an error a person can act on; never their text."""
        try:
            yield
        except Transient:
            self.fs = None
            raise
        except MtmError:
            raise
        except Exception as error:
            told = self._told(error)
            self.fs = None if isinstance(told, Transient) else self.fs
            raise told from None

    def _told(self, error: Exception) -> Exception:
        name, code = type(error).__name__, _code(error)
        if name in ("HostKeyNotVerifiable", "KeyExchangeFailed"):
            return _host_key(self.where)
        if isinstance(error, PermissionError) or code in REFUSED or name in ("PermissionDenied", "NoCredentialsError", "PartialCredentialsError", "ProfileNotFound"):  # fmt: skip
            return self._unauthorised()
        if isinstance(error, FileNotFoundError) or code in GONE or name in ("SFTPNoSuchFile", "SFTPNoSuchPath"):
            return SourceError(
                "there is no such file or folder",
                where=self.where,
                expected="a file, a folder ending in /, or a pattern with *",
                todo="check bucket, path and spelling",
                code="source_not_found",
            )
        if isinstance(error, ImportError | ValueError) and not isinstance(error, UnicodeError):
            return SourceError(
                f"{self.protocol}:// can't be used ({name})",
                where=self.where,
                expected="a protocol that fsspec knows, with its library installed",
                todo="check the URL, or install the library that fsspec names for it",
                code="bad_url",
            )
        if "SSL" in name or "Certificate" in name:
            return SourceError("the server's certificate is not trusted", where=self.where, todo="check the host; a private authority goes into AWS_CA_BUNDLE", code="source_tls")  # fmt: skip
        late = isinstance(error, TimeoutError) or "Timeout" in name
        what = "the server did not answer in time" if late else f"the server can't be reached or broke off ({name})"
        return Transient(unavailable(what, self.where, "source_timeout" if late else "source_unavailable"))

    def _unauthorised(self) -> SourceError:
        todo = TODO.get(self.protocol, "check the credentials of this protocol")
        return SourceError(
            "the server does not let us in",
            where=self.where,
            expected="credentials that may read there",
            todo=todo.format(variable=self.variable),
            code="source_unauthorised",
        )


def _connect(url: str, protocol: str, variable: str | None, patience: tuple[float, float]) -> tuple[Any, str]:
    if protocol == "sftp":
        return _sftp(url, variable, patience)
    import fsspec  # type: ignore[import-untyped]

    options: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False}
    if protocol == "s3":
        options["config_kwargs"] = {
            "connect_timeout": patience[0],
            "read_timeout": patience[1],
            "retries": {"max_attempts": 1},
        }
    url = url if protocol != "s3" else "s3://" + url.split("://", 1)[1]
    fs, root = fsspec.core.url_to_fs(url, **options)
    if protocol == "s3":
        fs.retries = 1  # trying again is done in one place, ours
    return fs, root


def _sftp(url: str, variable: str | None, patience: tuple[float, float]) -> tuple[Any, str]:
    from sshfs import SSHFileSystem  # type: ignore[import-untyped]

    user, password = user_of(url)
    parts = urlsplit(url)
    password = password or os.environ.get(variable or "") or None
    options: dict[str, Any] = {"known_hosts": _known_hosts(host_of(url)), "connect_timeout": patience[0]}
    options |= {"login_timeout": patience[1], "keepalive_interval": 15, "skip_instance_cache": True}
    options |= {"username": user} if user else {}
    options |= {"password": password} if password else {}
    if key := os.environ.get("MTM_SFTP_KEY"):
        options["client_keys"] = [key]
    fs = SSHFileSystem(host_of(url), port=parts.port or 22, timeout=sum(patience), **options)
    return fs, parts.path or "/"


def _known_hosts(host: str) -> Any:
    """Host keys are checked (`~/.ssh/known_hosts`, or MTM_SFTP_KNOWN_HOSTS), except for this machine itself."""
    if path := os.environ.get("MTM_SFTP_KNOWN_HOSTS"):
        return path
    return None if is_loopback(host) else ()


def _host_key(where: str) -> SourceError:
    return SourceError(
        "the server's host key is not known",
        where=where,
        expected="its key in ~/.ssh/known_hosts, or in the file that MTM_SFTP_KNOWN_HOSTS names",
        todo="get the key from the server's owner and add it (ssh-keyscan shows it)",
        code="source_tls",
    )


def _code(error: Exception) -> str:
    """The code of an answer of S3, also where s3fs has made an OSError of it."""
    for e in (error, error.__cause__, error.__context__):
        response = getattr(e, "response", None)
        if isinstance(response, dict):
            return str(response.get("Error", {}).get("Code", ""))
    return ""
