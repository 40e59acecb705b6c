"""Codes of other systems beside the names of places: they find no place, but one code at two places is told.

Comparing such codes (`more_codes` of a level) with the places found by name belongs here; finding places does not.
"""

from __future__ import annotations

from collections import defaultdict

from warehouse.codebooks.model import Codebook
from warehouse.gazetteer.codes import fold_code
from warehouse.gazetteer.names import plain, skeleton
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.places import RowPlaces
from warehouse.normalize.values import is_missing


def note_more_codes(frame: TextFrame, book: Codebook, places: RowPlaces, findings: Findings) -> None:
    """A finding for each code that stands at several places: the rows of those where it stands seldom."""
    for level, field in ((x.level, f) for x in book.places.levels for f in x.more_codes):
        name = frame.of(field)
        rows = sorted(n for code in _spots(frame, book, places, level, field).values() for n in _seldom(code))
        if name and rows:
            findings.add(
                "place_code_differs", "review", "a place's code stands in most rows beside the name of another place",
                expected="a code and a name of one place", todo="correct the code or the name and deliver again; names decide here",
                sheet=frame.match.raw.name, row_number=rows[0], column_label=frame.label(name), rows=len(rows),
            )  # fmt: skip


def _spots(
    frame: TextFrame, book: Codebook, places: RowPlaces, level: int, field: str
) -> dict[str, dict[tuple[str, str], list[int]]]:
    """Folded code to place (parent and name) to row numbers."""
    found: dict[str, dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
    name, column = frame.of(field), frame.match.find(field)
    if name is None or column is None:
        return found
    coded = frame.data.filter(~is_missing(name, [*book.missing, *column.column.missing])).select("row_number", name)
    rows = coded.join(places.rows.select("row_number", "combination"), on="row_number", maintain_order="left")
    for number, text, spot in rows.iter_rows():
        for place in places.results[spot].chain:
            if place.level == level:
                found[fold_code(text)][place.parent or "", skeleton(plain(place.names[0]))].append(number)
    return found


def _seldom(places: dict[tuple[str, str], list[int]]) -> list[int]:
    return [n for rows in sorted(places.values(), key=len)[:-1] for n in rows]
