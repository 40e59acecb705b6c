"""Letters that look alike in Latin, Cyrillic and Greek: a word that mixes scripts is read in the script that it means.

The table of letters and the choice of a word's script belong here; which labels are compared does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, TypeVar

Value = TypeVar("Value")

# Case folded, so capitals count too (В and B, Н and H). One line per script, letter under letter.
LATIN = "aeopcyxiktmbhsjzn" + "öü"
CYRILLIC = "аеорсухіктмвнѕј  " + "өү"
GREEK = "αεορ υχικτμβη  ζν" + "  "
# Other ways to write one letter: Kyrgyz ө ү ң with letters of neighbours, ё without dots, Ukrainian and Latin doubles.
SAME = str.maketrans({
    "ё": "е", "ë": "e", "ѳ": "ө", "ӫ": "ө", "ӧ": "ө", "ɵ": "ө", "ұ": "ү", "ӱ": "ү", "ʏ": "ү", "ӊ": "ң", "ӈ": "ң",
    "ҥ": "ң", "ŋ": "ң", "ı": "i", "ӏ": "i", "ϲ": "c", "һ": "h", "ԁ": "d", "ԛ": "q", "ԝ": "w", "ɡ": "g",
})  # fmt: skip
_LOOSE = re.compile("[\u0300-\u036f]")  # accents that no letter took in: stress marks
_WORD = re.compile(r"[^\W\d_]+")


@cache
def _tables() -> tuple[dict[int, str], dict[str, dict[int, str]]]:
    """To the common form (Latin), and from it to each script."""
    common: dict[int, str] = {}
    back: dict[str, dict[int, str]] = {"latin": {}, "cyrillic": {}, "greek": {}}
    for latin, cyrillic, greek in zip(LATIN, CYRILLIC, GREEK, strict=True):
        for name, letter in (("cyrillic", cyrillic), ("greek", greek)):
            if letter != " ":
                common[ord(letter)] = latin
                back[name][ord(latin)] = letter
    return common, back


@lru_cache(maxsize=1 << 14)
def of_one_script(folded: str) -> str:
    """The folded text with each word in one script: that of the letters that no other script has.

    A word of look-alikes only goes with the rest of the text. Both spellings of a label give the same result, because
    only letters without a double decide.
    """
    common, back = _tables()
    text = " ".join(_LOOSE.sub("", folded).split()).translate(SAME).translate(common)
    whole = _script(text)

    def word(match: re.Match[str]) -> str:
        script = _script(match.group()) or whole or "latin"
        return match.group().translate(back.get(script, {}))

    return _WORD.sub(word, text)


def _script(text: str) -> str | None:
    """The script of most letters that have no double; None where there are none, or two scripts have equally many."""
    counts = {"latin": 0, "cyrillic": 0, "greek": 0}
    for letter in text:
        if letter.isalpha() and letter not in LATIN and (script := _script_of(letter)):
            counts[script] += 1
    best = max(counts.values())
    leading = [script for script, count in counts.items() if count == best]
    return leading[0] if best and len(leading) == 1 else None


def _script_of(letter: str) -> str | None:
    code = ord(letter)
    if code < 0x250 or 0x1E00 <= code < 0x1F00:
        return "latin"
    if 0x400 <= code < 0x530:
        return "cyrillic"
    return "greek" if 0x370 <= code < 0x400 else None


class LookAlikes(dict[str, Value]):
    """Folded labels to what they mean; also finds a label by its skeleton, where only one meaning has it."""

    def __init__(self, labels: Mapping[str, Value]) -> None:
        """`labels`: by `fold_label`."""
        super().__init__(labels)
        self.skeletons: dict[str, Value | None] = {}
        for label, value in labels.items():
            key = of_one_script(label)
            known = self.skeletons.setdefault(key, value)
            if known is not value and known != value:
                self.skeletons[key] = None  # two meanings: no guess

    def __missing__(self, label: str) -> Value:
        """The meaning of a label by its skeleton."""
        found = self.skeletons.get(of_one_script(label)) if label else None
        if found is None:
            raise KeyError(label)
        return found

    def __contains__(self, label: object) -> bool:
        """Whether the label has a meaning, also by its skeleton."""
        return isinstance(label, str) and self.get(label) is not None

    def get(self, label: str, default: Any = None) -> Any:
        """The meaning of a folded label, or the default."""
        try:
            return self[label]
        except KeyError:
            return default
