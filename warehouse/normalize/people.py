"""Pseudonyms: keyed hashes in place of identifiers.

Only the key and the hash belong here. The key stays in the vault's folder and never leaves the installation.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from warehouse.settings import Home


def key_of(home: Home) -> bytes:
    """The installation's secret key (32 bytes); made once, readable by the owner only. `MTM_KEY` stands before it.

    No published figure depends on it: two installations with different keys publish the same.
    """
    if given := os.environ.get("MTM_KEY"):
        return hashlib.sha256(given.encode()).digest()
    path = home.vault / "pseudonym.key"
    if not path.exists():
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(secrets.token_bytes(32))
        temporary.chmod(0o400)
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass  # another process was first: its key stands
        finally:
            temporary.unlink()
    return path.read_bytes()


def pseudonym(key: bytes, identifier: str) -> str:
    """A keyed hash (HMAC-SHA256, 20 hexadecimal digits): equal for equal identifiers, not reversible without the key."""
    return hmac.new(key, identifier.strip().encode(), hashlib.sha256).hexdigest()[:20]
