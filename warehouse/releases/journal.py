"""Logs of one JSON object per line under `published/`: append only, each line durable before what it announces.

Appending and reading lines belong here; what a line means does not. A line that a crash tore is closed by the next one
and is not read.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

from warehouse.deliveries.disk import sync, write_whole


def append(path: Path, line: dict[str, Any]) -> None:
    """Add a line and make it last."""
    torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        text = ("\n" * torn + json.dumps(line) + "\n").encode()
        if os.write(handle, text) != len(text):  # a disk that fills up takes a part without an error
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(handle)
    finally:
        os.close(handle)
    sync(path.parent)


def lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines, in order; none where there is no log."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return [line for line in map(_read, text.splitlines()) if line is not None]


def write_json(path: Path, data: Any, *, private: bool = False) -> None:
    """Put a whole file in the place of another, durably: readers see the old or the new one."""
    write_whole(path, json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True), private=private)


def _read(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
