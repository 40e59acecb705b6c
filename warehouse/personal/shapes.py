"""Personal values by their shape inside a text: finding them, and hiding them where a text is shown to people.

Only single texts belong here; whole columns are judged in `codebooks/personal.py`, files are searched in `scan.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

HIDDEN = "…"
# digits of a hash or of a longer number are nobody's phone: nothing of the kind may stand before or after
_ALONE, _ENDS = r"(?<![0-9A-Za-f])(?<!\d[.,])", r"(?![0-9A-Fa-f])(?![.,]\d)"
_KINDS = (
    r"[^\s@<>\"'(),;:/\\]+@[^\s@<>\"'(),;:/\\]+\.\w{2,}",  # an e-mail address
    r"\+\d[\d\s().-]{7,16}\d",  # a phone with its +
    r"(?<!\br)"
    + _ALONE
    + r"0\d{2,3}[\s)-]*\d{2,3}[\s-]?\d{2}[\s-]?\d{1,2}"
    + _ENDS,  # with its 0; r000007 is a release
    _ALONE + r"(?:996|7|8)[\s(-]*\d{3}[\s)-]*\d{2,3}[\s-]?\d{2,3}[\s-]?\d{2}" + _ENDS,  # of the region, without +
    _ALONE + r"0[\s-]\d{3}(?:[\s-]\d\d){3}" + _ENDS,  # with its 0 apart
    _ALONE + r"(?:35|86)\d{13}" + _ENDS,  # the number of a device
    _ALONE + r"[012]\d{13}" + _ENDS,  # a personal number; place codes of 14 digits begin with 4
    _ALONE
    + r"(?!(?:19|20)\d\d[01]\d[0-3]\d)[1-35-9]\d{8,11}"
    + _ENDS,  # nine digits and more, that are no date and no code
    r"-?\d{1,3}\.\d{4,}\s*[,; ]\s*-?\d{1,3}\.\d{4,}",  # a position
    r"\d{1,3}\s?°\s?\d{1,2}\s?['′’]\s?\d{1,2}(?:[.,]\d+)?",  # in degrees, minutes and seconds
    r"(?<![0-9A-Za-z])(?:AN|AC|ID) ?\d{7}(?![0-9A-Za-z])",  # a Kyrgyz passport
)
PERSONAL = re.compile("|".join(_KINDS))
_HINT = re.compile(
    r"[@°]|(?:AN|AC|ID) ?\d{7}|\d[\s().,-]*\d[\s().,-]*\d[\s().,-]*\d[\s().,-]*\d"
)  # a cheap look before the whole pattern
_WORD = r"[^\W\d_a-zа-яёңөү][a-zа-яёңөү]+(?:-[^\W\d_]+)?"
_NAMED = re.compile(
    rf"(?<![^\W_]){_WORD}(?:[ _]{_WORD}){{1,3}}(?:[ _](?:кызы|уулу|kyzy|uulu))?(?![^\W_])"
)  # as names are written
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ].*)?|-?\d+\.\d+|(uuid:)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)


def personal_in(text: str) -> list[str]:
    """The parts of a text that look like a phone, an e-mail, a personal number or a position."""
    if not _HINT.search(text) or _MOMENT.fullmatch(text.strip()):
        return []
    return [m.group() for m in PERSONAL.finditer(text)]


def masked(text: str, names: Iterable[str] = ()) -> str:
    """The text with everything that looks personal hidden, and with `names` (known values of identifiers) hidden."""
    for name in names:
        if name in text:
            text = text.replace(name, HIDDEN)
    return PERSONAL.sub(HIDDEN, text) if _HINT.search(text) else text


def masked_name(name: str) -> str:
    """A file's name with everything that looks personal hidden; its ending stays."""
    stem, dot, ending = name.rpartition(".")
    return f"{unnamed(stem)}.{ending}" if dot and stem and len(ending) <= 10 else unnamed(name)


def unnamed(text: str) -> str:
    """What stands at a place of a delivery (its file, its sheets): masked, and without what may be names of people."""
    return masked(_NAMED.sub(lambda m: HIDDEN if _people(m.group()) else m.group(), text))


def _people(words: str) -> bool:
    own = [w.lower() for w in re.split(r"[\s_]", words)]
    return not any(w in known_words() for w in own) and " ".join(own) not in known_places()


def like_a_person(text: str) -> bool:
    """Two to four words, each with a capital, that are no place and no word of the operations' files: a name, perhaps."""
    words = text.split()
    if not 2 <= len(words) <= 4:
        return False
    capital = all(w.replace("-", "").isalpha() and w[0].isupper() and w[1:].islower() for w in words)
    return capital and not any(w.lower() in known_words() for w in words) and text.lower() not in known_places()


def shown(text: str) -> str:
    """A sheet's or column's name for places outside of the build side: hidden whole where it looks like a person's."""
    return HIDDEN if like_a_person(text) else unnamed(text)


def told(sentence: str) -> str:
    """A sentence about a delivery: what looks personal is hidden, quoted names of sheets and headers with it."""
    return masked(re.sub(r"'([^']*)'", lambda m: f"'{shown(m.group(1))}'", sentence))


@cache
def known_words() -> frozenset[str]:
    """The words of the operations' files but places: headers, options, sheets."""
    from warehouse.settings import operations_dirs

    found: set[str] = set()
    for path in (p for folder in operations_dirs() for p in folder.rglob("*.yml")):
        if path.name not in ("aliases.yml", "published.yml", "corrections.yml", "place_decisions.yml"):
            found |= {w.lower() for w in re.findall(r"[^\W\d_]{2,}", path.read_text(encoding="utf-8"))}
    return frozenset(found)


@cache
def known_places() -> frozenset[str]:
    """The names of all places of the gazetteers."""
    import csv

    from warehouse.settings import operations_dirs

    found: set[str] = set()
    for path in (p for folder in operations_dirs() for p in folder.glob("*/gazetteer/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {cell.lower() for row in csv.reader(file) for cell in row if " " in cell}
    return frozenset(found)
