"""Asking whether a lock is held takes it for no longer than the question."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from warehouse.releases.lock import is_held


def test_a_lock_is_held_while_a_process_has_it(tmp_path: Path) -> None:
    path = tmp_path / "candidate.lock"
    path.touch()
    assert not is_held(path) and not is_held(tmp_path)
    handle = os.open(path, os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert is_held(path)
    os.close(handle)
    assert not is_held(path)
