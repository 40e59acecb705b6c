"""Letters that a terminal's encoding has not: said in others, so that no command breaks on them.

Only the streams' fallback belongs here. CSV and JSON don't use it (`output.py`): nothing of data is lost in silence.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable

NAME = "mtm-letters"
OTHERS = str.maketrans({
    "…": "...", "·": "-", "→": "->", "←": "<-", "–": "-", "—": "-", "−": "-", "×": "x", "≥": ">=", "≤": "<=", "─": "-", "│": "|",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "\N{NO-BREAK SPACE}": " ", "●": "*", "⚠": "!",
    "ө": "о", "Ө": "О", "ү": "у", "Ү": "У", "ң": "н", "Ң": "Н",
})  # fmt: skip


def fallback(encoding: str) -> Callable[[UnicodeError], tuple[str, int]]:
    """What a stream of this encoding writes for letters that it has not: the nearest ones, else a question mark."""

    def others(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        text = error.object[error.start : error.end].translate(OTHERS)
        return text.encode(encoding, "replace").decode(encoding), error.end

    return others


def make_legible() -> None:
    """Give standard output and standard error this fallback, where they are not UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", "") or "").lower()
        if encoding and not encoding.startswith("utf") and hasattr(stream, "reconfigure"):
            codecs.register_error(f"{NAME}-{encoding}", fallback(encoding))
            stream.reconfigure(errors=f"{NAME}-{encoding}")


__all__ = ["fallback", "make_legible"]
