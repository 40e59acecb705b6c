"""Secrets that are handed over as files: where `MTM_KOBO_TOKEN_FILE` names a file, its text becomes `MTM_KOBO_TOKEN`.

Only reading them into the environment of this process belongs here: Docker's and systemd's secrets are files.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

from warehouse.errors import UsageError

ENDING = "_FILE"
OURS = ("MTM_", "DTMAPI_", "PGPASSWORD_")  # AWS and others read files by variables of their own
THEIR_OWN = {"MTM_BACKUP_KEY"}  # its file is read where it is used
MOST = 64 * 1024  # bytes: no secret is longer


def take(environment: MutableMapping[str, str] = os.environ) -> list[str]:
    """Read every `NAME_FILE` of ours into `NAME`; the names that were set. What stands in `NAME` already stays.

    Raises UsageError where a file can't be read or is empty: a service that starts without its password is worse.
    """
    named = [k.removesuffix(ENDING) for k in environment if k.endswith(ENDING) and k.startswith(OURS)]
    taken = [name for name in sorted({*named} - THEIR_OWN) if environment[name + ENDING] and not environment.get(name)]
    for name in taken:
        environment[name] = text_of(name + ENDING, environment[name + ENDING])
    return taken


def text_of(variable: str, path: str) -> str:
    """The secret in the file that a variable names. Raises UsageError where it can't be read, is empty or is no text."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(MOST).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(variable, path, getattr(error, "strerror", None) or "no text") from None
    if not text or "\0" in text:
        raise _bad(variable, path, "it is empty" if not text else "no text")
    return text


def _bad(variable: str, path: str, why: str) -> UsageError:
    return UsageError(
        f"the file that {variable} names can't be used: {why}", where=path, expected="a file that holds the secret, in UTF-8",
        todo="write the secret into the file, or let this user read it", code="secret_file",
    )  # fmt: skip
