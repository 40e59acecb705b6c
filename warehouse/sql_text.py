"""Texts and paths inside of SQL that takes no parameters (ATTACH, COPY, COMMENT, file readers).

Only this belongs here; wherever a parameter is possible, it is used instead.
"""

from __future__ import annotations

from pathlib import Path


def escaped(value: str | Path) -> str:
    """A text between single quotes of SQL."""
    return str(value).replace("'", "''")
