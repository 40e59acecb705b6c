"""The key of backups: from the environment, or a file; and the keys that are derived from it.

Reading, checking and making keys belongs here; what is encrypted with them does not. The key never leaves this machine.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from warehouse import secret_files
from warehouse.deliveries.sources.redact import declare
from warehouse.errors import MtmError, UsageError

SETTING, FILE_SETTING = "MTM_BACKUP_KEY", "MTM_BACKUP_KEY_FILE"
SHORTEST = 20  # letters: a passphrase of five words, or what `mtm backup --make-key` writes


@dataclass(frozen=True)
class Keys:
    """`data` encrypts, `names` hides the hashes of contents in the names of objects."""

    data: bytes
    names: bytes

    @property
    def check(self) -> str:
        """What a backup keeps to tell a wrong key."""
        return hmac.new(self.names, b"this is the key", hashlib.sha256).hexdigest()


def secret() -> str | None:
    """What the environment gives as the key; None where it gives none. Raises UsageError where it can't be one."""
    declare(SETTING)
    given, file = os.environ.get(SETTING, "").strip(), os.environ.get(FILE_SETTING, "").strip()
    if not given and file:
        given = secret_files.text_of(FILE_SETTING, str(Path(file).expanduser())).strip()
    if not given and not file:
        return None
    if len(given) < SHORTEST:
        raise UsageError("the key of the backup is too short to protect it", where=FILE_SETTING if file else SETTING,
                         expected=f"{SHORTEST} letters or more", todo="mtm backup --make-key FILE writes a good one", code="weak_backup_key")  # fmt: skip
    return given


@lru_cache(maxsize=8)
def derived(given: str, salt: bytes) -> Keys:
    """The keys of one backup (scrypt: a tenth of a second, so that guessing is dear)."""
    both = hashlib.scrypt(given.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=64)
    return Keys(both[:32], both[32:])


def make_key(path: Path) -> None:
    """Write a new random key into a file of the owner's. Raises UsageError where there is one: it is never overwritten."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        raise UsageError("there is a file of that name", where=path.name, expected="a new name: a key is never overwritten",
                         todo="choose another name", code="key_exists") from None  # fmt: skip
    except OSError as error:
        raise MtmError(f"the key can't be written: {error.strerror}", where=path.name, todo="choose another folder", code="not_written") from None  # fmt: skip
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
