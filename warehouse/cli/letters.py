"""Letters that a terminal's encoding has not: said in others, so that no command breaks on them.

Only the streams' fallback belongs here. CSV and JSON don't use it (`output.py`): nothing of data is lost in silence.
"""

from __future__ import annotations

import codecs
import sys

NAME = "mtm-letters"
OTHERS = str.maketrans({
    "…": "...", "·": "-", "→": "->", "←": "<-", "–": "-", "—": "-", "−": "-", "×": "x", "≥": ">=", "≤": "<=", "─": "-", "│": "|",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "\N{NO-BREAK SPACE}": " ", "●": "*", "⚠": "!",
    "ө": "о", "Ө": "О", "ү": "у", "Ү": "У", "ң": "н", "Ң": "Н",
})  # fmt: skip


def _others(error: UnicodeError) -> tuple[str, int]:
    """The nearest letters; a question mark where there are none that the encoding has."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(OTHERS)
    return text.encode(error.encoding, "replace").decode(error.encoding), error.end


def make_legible() -> None:
    """Give standard output and standard error this fallback, where they are not UTF-8."""
    codecs.register_error(NAME, _others)
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", "") or "").lower()
        if encoding and not encoding.startswith("utf") and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=NAME)


__all__ = ["make_legible"]
