"""Whether words could be words of a language: their letters, their case, and which letters follow each other.

Evidence about decoded words belongs here; which encodings are tried and what is concluded does not (codepages.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

SYMBOLS = "\u00a0«»–—…’‘“”„°№§€×²³½ºª·•±"  # signs that real tables hold beside letters
_CYRILLIC, _LETTER = "А-Яа-яЁё", r"[^\W\d_]"
_GLUED = re.compile(rf"{_LETTER}[«»“”„°№§×²³½ºª•±…]{_LETTER}|{_LETTER}€|€{_LETTER}")
_CYRILLIC_TOKEN = re.compile(f"[A-Za-z{_CYRILLIC}{re.escape(SYMBOLS)}]+")
_LATIN_TOKEN = re.compile(f"(?:[^\\W\\d_]|[{re.escape(SYMBOLS)}])+")
_INVERTED = re.compile("[а-яё][А-ЯЁ]{2,}")  # KOI8 read as cp1251, and the other way round
_CUT_OFF = re.compile("[а-яё]{2}[А-ЯЁ](?![а-яёА-ЯЁ])")  # one capital at a word's end: another alphabet
_GREEK_TOKEN = re.compile(f"[Ͱ-Ͽ{re.escape(SYMBOLS)}]+")
_CYRILLIC_WORD = re.compile(f"[{_CYRILLIC}]+")
_LATIN_WORD = re.compile(f"{_LETTER}+")
_LOOK_ALIKE = set("aceopxyABCEHKMOPTX")
_WORD_SCORE = 0.5  # a single long word below this is no word: another encoding in the middle of the file


@cache
def pairs(language: str) -> frozenset[str]:
    """The letter pairs of a language's words, `_` for the edge of a word."""
    return _languages()[language]


@cache
def _languages() -> dict[str, frozenset[str]]:
    import yaml

    told = yaml.safe_load(Path(__file__).with_name("alphabets.yml").read_text(encoding="utf-8"))
    return {language: frozenset(text.split()) for language, text in told.items()}


def cyrillic_words(token: str) -> list[str] | None:
    """The Cyrillic words of a run of letters and signs, in lower case; None where no Russian text looks like this."""
    if not _CYRILLIC_TOKEN.fullmatch(token) or _GLUED.search(token):
        return None
    for run in _LATIN_WORD.findall(token):
        latin = [c for c in run if c.isascii()]
        # a Latin look-alike inside a Cyrillic word is a typing error that real lists hold
        if latin and len(latin) < len(run) and (len(run) < 4 * len(latin) or not set(latin) <= _LOOK_ALIKE):
            return None
    words = _CYRILLIC_WORD.findall(token)
    wrong = any(_INVERTED.fullmatch(w) or _CUT_OFF.search(w) for w in words)
    return None if wrong else [w.lower() for w in words]


def greek_words(token: str) -> list[str] | None:
    """The Greek words, in lower case; None where no Greek text looks like this."""
    return [w.lower() for w in _LATIN_WORD.findall(token)] if _GREEK_TOKEN.fullmatch(token) else None


def latin_words(token: str) -> list[str] | None:
    """The words with letters beyond ASCII, in lower case; None where no text in Latin letters looks like this."""
    if not _LATIN_TOKEN.fullmatch(token) or _GLUED.search(token):
        return None
    words = [w for w in _LATIN_WORD.findall(token) if not w.isascii()]
    return None if any(not _latin(w) for w in words) else [w.lower() for w in words]


def _latin(word: str) -> bool:
    beyond = sum(not c.isascii() for c in word)
    odd = any(a.islower() and b.isupper() and not (a + b).isascii() for a, b in pairwise(word))
    return not odd and all(c <= "\u024f" for c in word) and (beyond * 2 <= len(word) or len(word) == 1)


def spells(words: Iterable[str], language: str) -> bool:
    """Whether the language has all the letters of the words."""
    return {c for word in words for c in word if not c.isascii()} <= _letters(language)


@cache
def _letters(language: str) -> frozenset[str]:
    return frozenset("".join(pairs(language)))


def score(words: Iterable[str], language: str, every_pair: bool = True) -> float:
    """The share of letter pairs that the language knows; 0 where a long word has hardly any of them."""
    known, seen, found = pairs(language), 0, 0
    for word in words:
        edged = f"_{word}_"
        told = [a + b for a, b in pairwise(edged) if every_pair or not (a + b).isascii()]
        hits = sum(pair in known for pair in told)
        if every_pair and len(word) >= 5 and hits < _WORD_SCORE * len(told):
            return 0.0
        seen, found = seen + len(told), found + hits
    return found / seen if seen else 0.0
