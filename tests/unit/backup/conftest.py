"""Fixtures of backups: a small home, a key, a place, and releases that are judged by their hashes alone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.unit.backup.small import small_home
from warehouse.backup import key, repository
from warehouse.releases import verify
from warehouse.settings import Home


@pytest.fixture(autouse=True)
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key, derived without the tenth of a second that guards it; no disk is waited for."""
    monkeypatch.setenv("MTM_BACKUP_KEY", "a key of more than twenty letters")
    monkeypatch.delenv("MTM_BACKUP_URL", raising=False)
    monkeypatch.setattr(
        repository,
        "derived",
        lambda given, salt: key.Keys(*(hashlib.sha256(n + salt + given.encode()).digest() for n in (b"d", b"n"))),
    )
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(verify, "structure_problems", lambda *_: [])  # the small home's marts are no tables
    assert key.secret()


@pytest.fixture
def small(tmp_path: Path) -> Home:
    return small_home(tmp_path / "small")


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "place")
