"""How codes of places are compared: spaces and case folded, and letters or digits that only look right put back.

Only the texts of codes belong here; which place a code means is in the index.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# What looks like a character of a code, and the one that stands for all of its kind: Cyrillic and Greek letters that
# look Latin, letters that look like digits.
_TWINS = str.maketrans("АВСЕНІЈКМОРЅТХУЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧOILЗБГ", "ABCEH1JKM0PSTXYSABEZH1KMN0PTYX01136G")
_SPREADSHEET = re.compile(r"(\d+)\.0+")


@lru_cache(maxsize=100_000)
def fold_code(code: str) -> str:
    """A code for comparison: NFKC, upper case, no spaces; 41702000000000.0 is the number that it was."""
    text = "".join(code.upper().split())
    if not text.isascii():
        text = "".join(unicodedata.normalize("NFKC", code).upper().split())
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    number = _SPREADSHEET.fullmatch(text)
    return number[1] if number else text


@lru_cache(maxsize=100_000)
def twin_key(code: str) -> str:
    """A code with every look-alike character as one: equal for codes that look the same."""
    return fold_code(code).translate(_TWINS)
