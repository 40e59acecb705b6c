"""The one function that takes secrets out of texts: every message, log line and sidecar of a source goes through it.

Only redaction belongs here. URLs lose their user, password, query and fragment; what the environment holds under a
secret's name is taken out wherever it stands.
"""

from __future__ import annotations

import logging
import os
import re
from urllib.parse import quote, quote_plus, urlsplit

HIDDEN = "***"
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>|\\^`{}·]+")
WORDS = re.compile(
    r"(?i)\b(token|bearer|basic|password|passwd|pwd|secret|signature|sig|credential|api[-_ ]?key|subscription[-_ ]?key"
    r"|authorization)\b(\s*[:=]\s*|\s+)(?:(?:token|bearer|basic)\s+)?[^\s,;'\"·]*[0-9/+=_-][^\s,;'\"·]*"
)
QUERY = re.compile(r"\?[^\s'\"()<>]*=[^\s'\"()<>]*")
SECRET_ENV = re.compile(r"(?i)(TOKEN|PASSWORD|PASSWD|SECRET|SUBSCRIPTION_KEY|API_KEY|ACCESS_KEY)")
CHATTY = ("urllib3", "requests", "botocore", "boto3", "aiobotocore", "s3fs", "fsspec", "asyncssh", "sshfs", "dtmapi", "aiohttp")  # fmt: skip

_declared: set[str] = set()


def declare(*names: str | None) -> None:
    """Say which other variables of the environment hold a secret (`secret_env` of a source)."""
    _declared.update(name for name in names if name)


def redact(text: str) -> str:
    """The text without secrets, on one line."""
    for secret in _secrets():
        text = text.replace(secret, HIDDEN)
    text = URL.sub(lambda m: shown(m.group()), text)
    text = QUERY.sub("", text)
    return " ".join(WORDS.sub(lambda m: f"{m.group(1)} {HIDDEN}", text).split())


def shown(url: str) -> str:
    """A URL as it may be shown and kept: scheme, host, path. No user, password, query or fragment."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return url.split("://", 1)[0] + "://" + HIDDEN
    if parts.scheme == "file":
        return "file"
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}{parts.path}" if parts.scheme else parts.path


def quiet() -> None:
    """Libraries log whole URLs and headers when asked to debug; they are only heard when something is wrong."""
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _secrets() -> list[str]:
    """The values of the environment that must not be seen, as they are and as a URL spells them; the longest first."""
    values = [v for k, v in os.environ.items() if len(v) >= 6 and (k in _declared or SECRET_ENV.search(k))]
    values = [v for v in values if not v.isalpha() or len(v) >= 8]  # a switch such as "true" is no secret
    return sorted({form for v in values for form in (v, quote(v, safe=""), quote_plus(v))}, key=len, reverse=True)
