"""File names as text: what a delivery was called, safe to store and to show.

Only cleaning belongs here. No state path is ever built from such a name: the vault stores by hash.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200  # characters; the ending is kept
SPOILED = "\ufffd"  # stands where a character was that no name may hold
WINDOWS_FOLDER = re.compile(r"^[A-Za-z]:")


def clean_name(name: str, otherwise: str = "delivery") -> str:
    """The last part of a path or of a `Content-Disposition`, without control and direction characters, cut to length.

    `*?[` and the like stay: they are text. Lone surrogates (bytes of an unknown encoding) become U+FFFD.
    """
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    last = WINDOWS_FOLDER.sub("", last)
    shown = "".join(SPOILED if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") else c for c in last)
    shown = unicodedata.normalize("NFC", shown).strip()
    if not shown.strip(". " + SPOILED):
        return otherwise
    if len(shown) <= LONGEST:
        return shown
    stem, dot, ending = shown.rpartition(".")
    ending = dot + ending if stem and len(ending) <= 10 else ""
    return shown[: LONGEST - len(ending) - 1] + "…" + ending
