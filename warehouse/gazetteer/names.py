"""How names of places are compared: folded, without type words, and by a skeleton that spans scripts and spellings.

Only texts belong here; which place a name means, and in which parent, is decided in `resolve.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from warehouse.codebooks.folding import fold

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "j", "з": "z", "и": "i", "й": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "ң": "n", "ӊ": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ү": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e",
    "ю": "iu", "я": "ia", "і": "i", "ї": "i", "є": "e", "ғ": "g", "қ": "k", "ұ": "u", "һ": "h", "ә": "a", "ў": "u", "ҳ": "h",
    "ҷ": "j", "ӣ": "i", "ӯ": "u",
}  # fmt: skip
# Two letters for one sound, the longest first; then letters that spellings choose between.
_DIGRAPHS = [("dzh", "j"), ("zh", "j"), ("dj", "j"), ("kh", "h"), ("gh", "g"), ("tch", "ch"), ("ph", "f")]
_LETTERS = str.maketrans({"y": "i", "w": "v", "q": "k", "x": "ks"})
_ROUNDED = re.compile(r"iu|ui")  # Tuip, Tyup, Tup: one vowel
_REPEATED = re.compile(r"([a-z])\1+")
_ADJECTIVE = re.compile(r"(?<=[a-z]{3})sk(i|aia|oi|oe|ogo)$")  # Алайский, Алайская: the rayon of Алай
_NOT_WORD = re.compile(r"[^\w.]+|_")
_DASHES = re.compile(r"[-\u2010-\u2015\u2212]")
_APOSTROPHES = re.compile(r"['`\u2018\u2019\u02bc\u02b9\u02bb\u00b4\"«»“”„]")
_LATIN_TWINS = str.maketrans("aceopxykmhtbigj", "асеорхукмнтвіgј")  # Latin letters that look Cyrillic
_CYRILLIC_TWINS = str.maketrans("асеорхукмнтвіј", "aceopxykmhtbij")


@dataclass(frozen=True)
class Forms:
    """One name in the forms in which it is compared."""

    full: str  # folded, hyphens as spaces
    bare: str  # without type words
    kind: str  # what its type words say (city, rayon, …); blank where it has none
    skeleton: str  # of the bare name, Latin letters only, nothing that spellings differ in


@dataclass(frozen=True)
class Words:
    """The words of an operation: those that tell nothing, and those that tell the kind of a place."""

    empty: frozenset[str] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=dict)  # folded word to kind
    _known: dict[str, Forms] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, words: Iterable[str], kinds: Mapping[str, Iterable[str]]) -> Words:
        """From the lists of `aliases.yml`."""
        told = {_word(word): kind for kind, listed in kinds.items() for word in listed}
        return cls(frozenset({_word(word) for word in words} - told.keys()), told)

    def kind(self, place_type: str) -> str:
        """The kind that a gazetteer's own type text says."""
        text = fold(place_type)
        return self.kinds.get(text) or next((self.kinds[w] for w in text.split() if w in self.kinds), "")

    def forms(self, name: str) -> Forms:
        """The forms of a name."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._forms(name)
        return found

    def _forms(self, name: str) -> Forms:
        text = plain(name)
        full = _spaced(text)
        # Hyphens bind: «Ак-Шаар» is a name, «Каракол шаары» a name and its type.
        tokens = [t for t in re.split(r"[^\w.\-]+|(?<=\.)", text) if t]
        kept = [t for t in tokens if _word(t) not in self.empty and _word(t) not in self.kinds]
        said = {self.kinds[_word(t)] for t in tokens if _word(t) in self.kinds}
        bare = _spaced(" ".join(kept)) or full
        return Forms(full, bare, said.pop() if len(said) == 1 and kept else "", skeleton(bare))


@lru_cache(maxsize=100_000)
def plain(name: str) -> str:
    """Folded, without accents' variants: one dash, no apostrophes, letters of one script in each word, ё as е."""
    text = _APOSTROPHES.sub("", _DASHES.sub("-", fold(name))).replace("ё", "е").replace("\u0301", "")
    return " ".join(_one_script(word) for word in text.split())


def _one_script(word: str) -> str:
    """A word whose letters come from two scripts, in the one that all of them can belong to; as it was otherwise."""
    latin = sum("a" <= c <= "z" for c in word)
    cyrillic = sum("\u0400" <= c <= "\u04ff" for c in word)
    if not latin or not cyrillic:
        return word
    to_cyrillic, to_latin = word.translate(_LATIN_TWINS), word.translate(_CYRILLIC_TWINS)
    if not re.search(r"[a-z]", to_cyrillic):
        return to_cyrillic
    return to_latin if not re.search(r"[\u0400-\u04ff]", to_latin) else word


@lru_cache(maxsize=100_000)
def skeleton(name: str) -> str:
    """What spellings and alphabets have in common: «Yssyk-Kul», «Issik Kul» and «Иссык-Куль» have one skeleton."""
    latin = "".join(_CYRILLIC.get(c, c) for c in plain(name))
    stripped = "".join(c for c in unicodedata.normalize("NFD", latin) if not unicodedata.combining(c))
    text = re.sub(r"[^a-z0-9]", "", stripped.replace("ı", "i"))
    for pair, letter in _DIGRAPHS:
        text = text.replace(pair, letter)
    text = _REPEATED.sub(r"\1", _ROUNDED.sub("u", _REPEATED.sub(r"\1", text.translate(_LETTERS))))
    return _ADJECTIVE.sub("", text) or "".join(c for c in fold(name) if c.isalnum())


def _spaced(text: str) -> str:
    return " ".join(_NOT_WORD.sub(" ", text).replace(".", " ").split())


def _word(token: str) -> str:
    return fold(token).rstrip(".")
