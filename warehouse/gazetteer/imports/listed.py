"""What every import yields: places as listed, and what is wrong with the list itself.

The shapes and the checks that hold for any list belong here; how a format is read is in its own module.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from warehouse.gazetteer.codes import twin_key

LATIN = re.compile(r"[A-Za-z]")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a list. `severity`: block (the row is left out), review or note (mended)."""

    code: str
    severity: str
    what: str
    row: int | None = None
    place: str = ""


@dataclass(frozen=True)
class Listed:
    """One place of a list. `parent` is the code that the list's own parent column names."""

    code: str
    level: int
    parent: str
    names: dict[str, str]  # language to name
    kind: str = ""
    soate: str = ""
    valid_from: str = ""
    valid_to: str = ""
    aliases: tuple[str, ...] = ()
    population: str = ""
    population_year: str = ""
    latitude: str = ""  # degrees, WGS 84: of the place, public
    longitude: str = ""
    row: int = 0


@dataclass
class Lot:
    """A list as read: its places and its problems. `vintage`: what the list says of itself, where it does."""

    places: list[Listed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    vintage: str = ""

    def add(self, code: str, severity: str, what: str, row: int | None = None, place: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(code, severity, what, row, place))


def clean_name(lot: Lot, name: str, row: int, place: str) -> str:
    """A name without what no name has; each mending is noted."""
    text = unicodedata.normalize("NFC", name.replace("\ufeff", ""))
    spaced = " ".join(text.split())
    if spaced != name:
        odd = any(c.isspace() and c not in " " for c in name)
        lot.add("name_spaces", "note", f"the name holds {'odd' if odd else 'doubled or outer'} spaces", row, place)
    doubled = re.sub(r"\b(\w{3,})\1\b", r"\1", spaced)
    if doubled != spaced:
        lot.add("name_doubled_word", "note", "a word of the name is written twice in one", row, place)
    return _one_script(lot, doubled, row, place)


def _one_script(lot: Lot, name: str, row: int, place: str) -> str:
    mixed = [w for w in re.findall(r"\w+", name) if LATIN.search(w) and CYRILLIC.search(w)]
    if not mixed:
        return name
    mended = (
        name.translate(_CYRILLIC) if len(CYRILLIC.findall(name)) >= len(LATIN.findall(name)) else name.translate(_LATIN)
    )
    both = any(LATIN.search(w) and CYRILLIC.search(w) for w in re.findall(r"\w+", mended))
    lot.add(
        "name_mixed_letters", "review" if both else "note",
        "letters of two alphabets stand in one word" + (": kept as it is" if both else ": put into one"), row, place,
    )  # fmt: skip
    return name if both else mended


_CYRILLIC = str.maketrans("ABCEHKMOPTXYaceopxyki", "АВСЕНКМОРТХУасеорхукі")
_LATIN = str.maketrans("АВСЕНКМОРТХУасеорхукі", "ABCEHKMOPTXYaceopxyki")


def clean_code(lot: Lot, code: str, row: int) -> str:
    """A code without spaces, and without the decimals that a spreadsheet adds to it."""
    text = "".join(unicodedata.normalize("NFKC", code).split())
    text = re.sub(r"^(\d+)\.0+$", r"\1", text)
    if text != code:
        lot.add("code_spaces", "note", "the code holds spaces or decimals", row, text)
    if CYRILLIC.search(text):
        lot.add("code_letters", "review", "the code holds Cyrillic letters: kept as it is", row, text)
    return text


def checked(lot: Lot, above: dict[str, int] | None = None) -> Lot:
    """The lot without rows that contradict others; parents that no row and no known place (`above`) has are noted."""
    known = dict(above or {}) | {p.code: p.level for p in lot.places}
    counts = Counter(p.code for p in lot.places)
    kept: dict[str, Listed] = {}
    for place in lot.places:
        first = kept.get(place.code)
        if counts[place.code] > 1 and first is not None:
            same = replace(first, row=0) == replace(place, row=0)
            if same:
                lot.add("code_twice", "note", "the code stands twice, the same place", place.row, place.code)
            else:
                what = "the code stands twice for different places: the later row is left out"
                lot.add("code_twice", "block", what, place.row, place.code)
            continue
        if problem := _parent_problem(place, known):
            lot.add(
                "parent_unknown" if place.parent not in known else "parent_level",
                "block",
                problem,
                place.row,
                place.code,
            )
            continue
        kept[place.code] = place
    kept = _rooted(lot, kept, above or {})
    for one, other in _twins(kept):
        lot.add("codes_look_alike", "review", f"the code looks like {other.code}", one.row, one.code)
    lot.places = list(kept.values())
    return lot


def _parent_problem(place: Listed, known: dict[str, int]) -> str:
    if place.level == 0 or not place.parent:
        return "" if place.level <= 1 else "the place has no parent"
    if place.parent not in known:
        return "the parent is not in the list, nor in the gazetteer"
    if known[place.parent] >= place.level:
        return "the parent is not of a higher level than the place"
    return ""


def _rooted(lot: Lot, kept: dict[str, Listed], above: dict[str, int]) -> dict[str, Listed]:
    """Without places whose parents were left out."""
    while lost := [p for p in kept.values() if p.parent and p.parent not in kept and p.parent not in above]:
        for place in lost:
            lot.add("parent_left_out", "block", "the parent was left out, so the place is too", place.row, place.code)
            del kept[place.code]
    return kept


def _twins(kept: dict[str, Listed]) -> Iterator[tuple[Listed, Listed]]:
    first: dict[str, Listed] = {}
    for place in kept.values():
        other = first.setdefault(twin_key(place.code), place)
        if other is not place:
            yield place, other
