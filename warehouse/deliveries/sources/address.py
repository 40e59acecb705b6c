"""Addresses of sources: what kind a URL is, and whether it may be used.

Taking URLs apart belongs here; nothing is opened. Kinds: `files` (paths and fsspec URLs), `kobo`, `dtm`.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from warehouse.errors import UsageError

Kind = Literal["files", "kobo", "dtm"]

SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")
KOBO_PATH = re.compile(r"^/api/v2/assets/[A-Za-z0-9]+")
SECRET_KEYS = re.compile(r"(?i)(^sig$|signature|credential|token|passw|secret|api.?key|subscription.?key|access.?key|^key$)")  # fmt: skip
SECRET_ENV = {"sftp": "MTM_SFTP_PASSWORD", "http": "MTM_HTTP_PASSWORD", "https": "MTM_HTTP_PASSWORD", "ftp": "MTM_FTP_PASSWORD"}  # fmt: skip


def is_url(text: str) -> bool:
    """Whether this is a URL and not a path."""
    return bool(SCHEME.match(text))


def protocol_of(url: str) -> str:
    """`s3`, `sftp`, `https`, `kobo+https`, `dtm`; `file` for a path."""
    found = SCHEME.match(url)
    protocol = found.group(1).lower() if found else "file"
    return {"ssh": "sftp", "local": "file", "s3a": "s3"}.get(protocol, protocol)


def kind_of(url: str) -> Kind:
    """What kind of source a URL or path is. A URL of KoboToolbox's API is `kobo` also without `kobo+` in front."""
    protocol = protocol_of(url)
    if protocol == "dtm":
        return "dtm"
    if protocol in ("kobo+https", "kobo+http"):
        return "kobo"
    return "kobo" if protocol in ("https", "http") and KOBO_PATH.match(urlsplit(url).path) else "files"


def default_secret_env(url: str) -> str | None:
    """The variable that holds the secret where a source names none. S3 has its own (`AWS_…`, profiles)."""
    kind = kind_of(url)
    if kind == "kobo":
        return "MTM_KOBO_TOKEN"
    return "DTMAPI_SUBSCRIPTION_KEY" if kind == "dtm" else SECRET_ENV.get(protocol_of(url))


def host_of(url: str) -> str:
    """The host (or bucket) of a URL, for messages; empty for a path."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: nobody can listen in between."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def user_of(url: str) -> tuple[str | None, str | None]:
    """User and password of a URL, as they are (not as the URL spells them)."""
    parts = urlsplit(url)
    return (
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def query_of(url: str) -> dict[str, str]:
    """The parameters of a URL; a repeated one is refused."""
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    if twice := sorted({k for k, _ in pairs if [key for key, _ in pairs].count(k) > 1}):
        raise UsageError(
            f"the URL gives {', '.join(twice)} more than once", todo="give each parameter once", code="bad_url"
        )
    return dict(pairs)


def check_url(url: str, *, in_a_file: bool = False) -> None:
    """Refuse a URL that can't be used safely. Raises ValueError with a reason that does not quote it."""
    if "::" in url:
        raise ValueError("chained URLs (::) are not pulled: they cache outside of MTM_HOME")
    if re.search(r"[\x00-\x1f\x7f]", url):
        raise ValueError("the URL holds control characters")
    if not is_url(url):
        return
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("this is not a URL") from None
    if in_a_file:
        _refuse_secrets(url)
    if not parts.netloc and parts.scheme not in ("file", "local", "memory"):
        raise ValueError("the URL names no host")
    if parts.scheme == "kobo+http" or (parts.scheme == "http" and kind_of(url) == "kobo"):
        _refuse_clear(parts.hostname or "")


def _refuse_secrets(url: str) -> None:
    parts = urlsplit(url)
    if parts.password:
        raise ValueError("a password stands in the URL: put it into a variable of the environment (secret_env)")
    if any(SECRET_KEYS.search(key) for key, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise ValueError("a key or signature stands in the URL: put it into a variable of the environment (secret_env)")


def _refuse_clear(host: str) -> None:
    if not is_loopback(host):
        raise ValueError("http sends the token in the clear: use kobo+https://")


def without_user(url: str) -> str:
    """The URL as it is asked for: user and password go into a header."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def without_secrets(url: str) -> str:
    """What names a file over HTTP across pulls: signatures change and are no part of it."""
    parts = urlsplit(without_user(url))
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not SECRET_KEYS.search(k)]
    return parts._replace(query=repr(sorted(kept))).geturl()
