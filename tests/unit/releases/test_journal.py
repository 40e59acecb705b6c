"""Logs under `published/`: a line that the disk took in part is told and closed by the next one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from warehouse.releases import journal


def test_a_part_of_a_line_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up takes what it has room for, and `write` says so by a number, not by an error."""
    log, write = tmp_path / "log.jsonl", os.write
    journal.append(log, {"n": 1})
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda handle, data: write(handle, data[:5]))
        with pytest.raises(OSError, match="No space"):
            journal.append(log, {"n": 2})
    journal.append(log, {"n": 3})
    assert journal.lines(log) == [{"n": 1}, {"n": 3}]
