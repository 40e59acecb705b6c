"""Levels that a main sheet does not carry: finer ones are not asked there, those in between are taken from the other sheets.

A long sheet of region, municipality and nationality beside one with the district too: the district is filled in where the
other sheets know one only. Resolving the places belongs to `places.py`; here nothing is chosen among several.
"""

from __future__ import annotations

from warehouse.codebooks.folding import fold_key
from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.model import Codebook, PlaceLevel
from warehouse.gazetteer.codes import fold_code

Delivered = dict[int, tuple[str, str]]  # level to code and name


def unnamed_levels(match: SheetMatch, levels: list[PlaceLevel]) -> frozenset[int]:
    """Levels for which the codebook gives this sheet no column: its author says that the sheet has none."""
    fields = {c.field for c in match.sheet.columns}
    return frozenset(x.level for x in levels if not {x.code_field, x.name_field} & fields)


def not_asked(match: SheetMatch, levels: list[PlaceLevel]) -> frozenset[int]:
    """Of these, the levels below the finest one that the sheet has."""
    unnamed = unnamed_levels(match, levels)
    finest = max((x.level for x in levels if x.level not in unnamed), default=0)
    return frozenset(level for level in unnamed if level > finest)


def between(match: SheetMatch, book: Codebook) -> frozenset[int]:
    """Of these, the levels above it: a name counts within its parent, so it has to be known (scheme names)."""
    levels = book.places.levels
    gone = unnamed_levels(match, levels) - not_asked(match, levels)
    return gone if book.places.scheme == "names" else frozenset()


def fill(rows: list[Delivered], gone: frozenset[int], known: list[Delivered]) -> list[Delivered]:
    """The rows with the levels that are gone, where the known places leave one possibility."""
    given = [level for level in (rows[0] if rows else {}) if level not in gone]
    found: dict[tuple[str, ...], dict[tuple[str, ...], Delivered]] = {}
    for place in known:
        there = {level: place[level] for level in gone}
        found.setdefault(_names(place, given), {})[_names(place, sorted(gone))] = there
    filled = []
    for row in rows:
        fits = [there for there in found.get(_names(row, given), {}).values()]
        filled.append({**row, **fits[0]} if len(fits) == 1 and _codes_agree(row, known, given) else row)
    return filled


def _names(place: Delivered, levels: list[int]) -> tuple[str, ...]:
    return tuple(fold_key(place[level][1]) for level in levels)


def _codes_agree(row: Delivered, known: list[Delivered], levels: list[int]) -> bool:
    """No code of the row is another one than the places of these names have."""
    wanted = _names(row, levels)
    codes = [place for place in known if _names(place, levels) == wanted]
    return all(
        not row[level][0] or not place[level][0] or fold_code(row[level][0]) == fold_code(place[level][0])
        for place in codes
        for level in levels
    )


__all__ = ["Delivered", "between", "fill", "not_asked", "unnamed_levels"]
