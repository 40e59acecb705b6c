"""Where a channel goes and with which secret: read from the environment, checked, and never shown.

Only reading and checking belong here. An address of a webhook is a secret as a whole: who has it may write to the channel.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from email.utils import getaddresses
from urllib.parse import unquote, urlsplit

from warehouse.alerts.settings import Channel
from warehouse.deliveries.sources.address import is_loopback
from warehouse.deliveries.sources.redact import declare
from warehouse.errors import MtmError

URLS = {
    "email": "MTM_ALERT_SMTP", "slack": "MTM_ALERT_SLACK_URL", "teams": "MTM_ALERT_TEAMS_URL", "webhook": "MTM_ALERT_WEBHOOK_URL",
}  # fmt: skip
SECRETS = {"email": "MTM_ALERT_SMTP_PASSWORD", "webhook": "MTM_ALERT_WEBHOOK_TOKEN"}
TO, FROM, CA = "MTM_ALERT_EMAIL_TO", "MTM_ALERT_EMAIL_FROM", "MTM_ALERT_CA"
PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
RETIRED = re.compile(r"\.(webhook|outlook)\.office(365)?\.com$|^outlook\.office(365)?\.com$")
ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


@dataclass(frozen=True)
class Access:
    """A channel's way: nothing of it is ever printed. `kind_of`: for smtp `smtp`, `smtps`, `smtp+plain`."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    host: str = field(default="", repr=False)
    port: int = 0
    scheme: str = "https"
    user: str = field(default="", repr=False)
    sender: str = field(default="", repr=False)
    to: tuple[str, ...] = field(default=(), repr=False)
    ca: str = ""  # a file of certificates that are trusted as well


class ChannelError(MtmError):
    """A channel that is set up wrongly. It names variables, never what they hold."""


def variables(channel: Channel) -> list[str]:
    """The variables that a channel needs before it is on."""
    kind = channel.kind or ""
    needed = [channel.url_env or URLS[kind]]
    return [*needed, channel.to_env or TO] if kind == "email" else needed


def is_on(channel: Channel) -> bool:
    """Whether a channel is enabled and one of its variables is set; what lacks then is an error, not silence."""
    return channel.enabled and any(os.environ.get(name, "").strip() for name in variables(channel))


def access(channel: Channel) -> Access:
    """The way of a channel. Raises ChannelError where a variable is missing or can't be used."""
    kind = channel.kind or ""
    url_env = channel.url_env or URLS[kind]
    secret_env = channel.secret_env or SECRETS.get(kind)
    declare(url_env, secret_env)  # whatever an error says goes through the redaction
    url = _needed(url_env, channel)
    secret = os.environ.get(secret_env or "", "").strip()
    ca = os.environ.get(CA, "").strip()
    if ca and not os.path.isfile(ca):
        raise _wrong(f"{CA} names no file", channel, "a file of certificates (PEM)")
    return _mail(channel, url, url_env, secret, ca) if kind == "email" else _web(channel, url, url_env, secret, ca)


def _web(channel: Channel, url: str, variable: str, secret: str, ca: str) -> Access:
    host, _, scheme = _parts(url, variable, channel, "https://…")
    if scheme not in ("https", "http") or (scheme == "http" and not is_loopback(host)):
        raise _wrong(f"{variable} is no https address", channel, "https://…")
    if channel.kind == "teams" and RETIRED.search(host):
        raise _wrong(
            f"{variable} is the address of an Office 365 connector: Microsoft has retired them", channel,
            "the address of a workflow: in Teams, Workflows, 'Post to a channel when a webhook request is received'",
        )  # fmt: skip
    return Access(url, secret, host, scheme=scheme, ca=ca)


def _mail(channel: Channel, url: str, variable: str, secret: str, ca: str) -> Access:
    host, port, scheme = _parts(url, variable, channel, "smtp://USER@HOST:587")
    if scheme not in PORTS:
        raise _wrong(
            f"{variable} has no known beginning", channel, "smtp:// (STARTTLS), smtps:// (TLS) or smtp+plain://"
        )
    parts = urlsplit(url)
    if parts.password:
        raise _wrong(
            f"{variable} holds a password", channel, f"the password in {channel.secret_env or SECRETS['email']}"
        )
    user = unquote(parts.username or "")
    if user and not secret:
        raise _wrong(
            f"{channel.secret_env or SECRETS['email']} is not set", channel, "the password of the mail account"
        )
    if user and scheme == "smtp+plain" and not is_loopback(host):
        raise _wrong(f"{variable} would send the password in the clear", channel, "smtp:// or smtps://")
    to = _addresses(channel.to_env or TO, channel)
    given = os.environ.get(channel.from_env or FROM, "").strip()
    sender = _addresses(channel.from_env or FROM, channel)[0] if given else user
    if not ADDRESS.search(sender):
        raise _wrong(f"{channel.from_env or FROM} is not set", channel, "who the mail is from: mtm@example.org")
    return Access(url, secret, host, port or PORTS[scheme], scheme, user, sender, tuple(to), ca)


def _addresses(variable: str, channel: Channel) -> list[str]:
    """`A, B` or `Data unit <a@example.org>; b@example.org`, as one address each."""
    text = _needed(variable, channel)
    found = [(name, address) for name, address in getaddresses([text.replace(";", ",")]) if name or address]
    if not found or not all(ADDRESS.fullmatch(address) and address.isascii() for _, address in found):
        raise _wrong(f"{variable} holds something else than e-mail addresses", channel, "a@example.org, b@example.org")
    return list(dict.fromkeys(address for _, address in found))


def _parts(url: str, variable: str, channel: Channel, expected: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        host, port = "", 0
    if not host or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise _wrong(f"{variable} is no address", channel, expected)
    return host, port, parts.scheme.lower()


def _needed(variable: str, channel: Channel) -> str:
    value = os.environ.get(variable, "").strip()
    if not value:
        raise _wrong(f"{variable} is not set", channel, f"all of {', '.join(variables(channel))}")
    return value


def _wrong(what: str, channel: Channel, expected: str) -> ChannelError:
    return ChannelError(
        what, where=f"channel {channel.name}", expected=expected,
        todo=f"set it, then mtm alerts test --channel {channel.name} (docs/alerts.md)", code="bad_channel",
    )  # fmt: skip
