"""The strict test of 8-bit encodings: one reading must look like words, and every other one must not.

Only the decision between code pages belongs here: Unicode encodings are told in encoding.py, words in alphabets.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from warehouse.deliveries.readers.alphabets import cyrillic_words, greek_words, latin_words, score, spells

CYRILLIC = ("cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic")
GREEK = ("cp1253", "iso8859_7")
LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859_2", "iso8859_15", "mac_roman", "cp850", "cp437", "cp852")
ASIAN = ("shift_jis", "gb2312", "big5", "euc_kr")
READ = {"cp1251": "Windows-1251 (Cyrillic)", "cp1252": "Windows-1252 or Latin-1 (Western)"}  # the others are refused
WESTERN = ("french", "spanish", "portuguese", "german", "italian", "swedish")
OTHERS = ("czech", "slovak", "polish", "hungarian", "romanian", "croatian", "turkish", "estonian")
SURE = 0.87  # a reading is taken from here on …
DOUBT = {"cyrillic": 0.6, "greek": 0.6, "latin": 0.78}  # … and only if what others read differently stays below
_TOKEN = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_CJK = re.compile("[A-Za-z][\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af][A-Za-z]")
_SAMPLE = 2**20


@dataclass(frozen=True)
class Reading:
    """What the file's words are in one code page, and how much like words they look (0 to 1)."""

    codec: str
    words: frozenset[str]
    score: float


def decide(data: bytes) -> str | None:
    """The one code page in which the bytes are words; None where none is, more than one is, or there is too little."""
    tokens = _tokens(data)
    readings = [r for codec in (*CYRILLIC, *GREEK, *LATIN) if (r := _reading(codec, tokens)) is not None]
    best = max((r for r in readings if r.codec in READ), key=lambda r: r.score, default=None)
    if best is None or best.score < SURE or not _enough(best):
        return None
    if any(_competes(r, best) for r in readings) or any(_asian(data, c) for c in ASIAN):
        return None
    return best.codec


def _tokens(data: bytes) -> set[bytes]:
    """The different words of the file that hold a letter beyond ASCII."""
    tokens: set[bytes] = set()
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _SAMPLE) + 1 or len(data)
        tokens.update(_TOKEN.findall(data, start, end))
        start = end
    return tokens


def _competes(other: Reading, best: Reading) -> bool:
    """Whether the words that another code page reads differently could be words too."""
    differing = other.words - best.words
    alphabet = "cyrillic" if other.codec in CYRILLIC else "greek" if other.codec in GREEK else "latin"
    return bool(differing) and _score(other.codec, differing, other.words) >= DOUBT[alphabet]


def _reading(codec: str, tokens: set[bytes]) -> Reading | None:
    words: set[str] = set()
    for token in tokens:
        try:
            text = token.decode(codec)
        except UnicodeDecodeError:
            return None
        found = _words(codec)(text)
        if found is None:
            return None
        words.update(found)
    return Reading(codec, frozenset(words), _score(codec, frozenset(words), frozenset(words)))


def _words(codec: str) -> Callable[[str], list[str] | None]:
    if codec in GREEK:
        return greek_words
    return cyrillic_words if codec in CYRILLIC else latin_words


def _score(codec: str, words: frozenset[str], whole: frozenset[str]) -> float:
    if codec in CYRILLIC or codec in GREEK:
        return score(words, "russian_kyrgyz" if codec in CYRILLIC else "greek")
    if codec in READ:  # a French table may hold a Spanish name: its pairs are unknown, and that is all
        known = all(any(spells([c], w) for w in WESTERN) for c in "".join(whole))
        return max(score(words, language, every_pair=False) for language in WESTERN) if known else 0.0
    return max((score(words, w, every_pair=False) for w in (*WESTERN, *OTHERS) if spells(whole, w)), default=0.0)


def _enough(reading: Reading) -> bool:
    long = [w for w in reading.words if len(w) >= 3]
    return len(long) >= (4 if reading.codec in CYRILLIC else 3) and sum(map(len, long)) >= 15


def _asian(data: bytes, codec: str) -> bool:
    """Whether the bytes could be text in an East Asian encoding (its letters never touch Latin ones)."""
    cut = data.rfind(b"\n", 0, _SAMPLE) + 1 if len(data) > _SAMPLE else 0
    try:
        text = data[: cut or len(data)].decode(codec)
    except UnicodeDecodeError:
        return False
    return not _CJK.search(text) and not re.search("[\uff61-\uff9f]", text)
