"""Folding: the one way in which labels, names and answers are compared.

Only the folding of texts belongs here; what is compared with what does not.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata

_SPACE = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[_.#:*?-]+")


def fold(text: str) -> str:
    """A text for comparison: NFKC (also turns NBSP into a space), one space between words, case folded."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def fold_label(text: str) -> str:
    """A header for comparison: folded, with underscores, dots, hashes, colons and hyphens read as spaces."""
    return _SPACE.sub(" ", _SEPARATORS.sub(" ", fold(text))).strip()


def fold_key(text: str) -> str:
    """A name as part of a place code: letters and digits, hyphens between, upper case (`ASKIRA / UBA` is `ASKIRA-UBA`)."""
    words = re.findall(r"[^\W_]+", fold(text))
    return "-".join(words).upper()


def matches_any(text: str, globs: list[str]) -> bool:
    """Whether the folded text matches one of the globs."""
    folded = fold(text)
    return any(fnmatch.fnmatchcase(folded, fold(glob)) for glob in globs)


def in_rounds(rounds: str | None, number: int | None) -> bool:
    """Whether a round's number lies in a range such as `1-2`, `4-`, `3,5-7`; no range or no number: yes."""
    if rounds is None or number is None:
        return True
    for part in rounds.split(","):
        low, _, high = part.strip().partition("-")
        if int(low) <= number <= (int(high) if high else (10**9 if "-" in part else int(low))):
            return True
    return False
