"""Whether an export is the standing delivery again: a workbook holds the time at which it was made, so bytes differ.

Comparing contents belongs here. Only exports of KoboToolbox are compared so: there every pull makes a new file.
"""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.redact import redact
from warehouse.deliveries.sources.transfer import Pulled
from warehouse.deliveries.vault import Delivery, Vault
from warehouse.errors import MtmError

ABOUT = ("docProps/",)  # who made the file, and when
LIMIT = 500 * 2**20  # inflated; beyond it bytes decide


def same_export(vault: Vault, source: Source, file: Pulled) -> Delivery | None:
    """The standing delivery from the same address with the same content, if there is one."""
    shown, declared = redact(file.source), source.declared
    for delivery in (vault.current(key) for key in vault.rounds()):
        said = (declared.operation, declared.component, declared.round_number)
        is_ = (delivery.operation, delivery.component, delivery.round_number)
        agrees = all(s is None or s == i for s, i in zip(said, is_, strict=True)) and delivery.source == shown
        if agrees and delivery.partial >= source.partial and _same(vault, delivery, file.path):
            return delivery
    return None


def _same(vault: Vault, delivery: Delivery, path: Path) -> bool:
    try:
        ours, theirs = content(vault.path(delivery)), content(path)
    except MtmError:
        return False
    return ours is not None and ours == theirs


def content(path: Path) -> str | None:
    """The hash of what a workbook holds, without who made it and when; None where it is no ZIP that can be compared."""
    digest, left = hashlib.sha256(), LIMIT
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(n for n in archive.namelist() if not n.startswith(ABOUT))
            for name in names:
                digest.update(f"{len(name)}:{name}:".encode("utf-8", "surrogatepass"))
                with archive.open(name) as member:
                    inner = hashlib.sha256()
                    while chunk := member.read(2**20):
                        left -= len(chunk)
                        if left < 0:
                            return None
                        inner.update(chunk)
                digest.update(inner.digest())
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return None
    return digest.hexdigest()
