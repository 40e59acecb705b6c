"""What is said about the places of a delivery beside the rejected rows: how places were found, and what looks like one.

Only findings belong here; nothing in this module changes a place. No delivered value is told, rows and counts are.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from warehouse.codebooks.model import Codebook
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.place_doubts import reused, rows_of, spellings, two_names
from warehouse.normalize.places import RowPlaces, level_label
from warehouse.normalize.rows import people

Told = tuple[str, int, list[int]]  # code, level, rows
# code: severity, what, expected, todo
SAID: dict[str, tuple[str, str, str, str]] = {
    "look_alike_code": (
        "note", "a place code holds characters that only look right; read as the one place that bears the name",
        "codes in the letters and digits of the gazetteer", "nothing, or type the codes anew"),
    "other_code_form": (
        "note", "a place code stands in another form or code system; read as the gazetteer's code",
        "codes as the gazetteer writes them", "nothing"),
    "by_skeleton": (
        "note", "a place name is another spelling of the one place of its parent that it can mean",
        "names as the gazetteer writes them", "nothing, or add the spelling to aliases.yml"),
    "by_type_word": (
        "note", "a place name lacks or adds a word such as city or district", "names as the gazetteer writes them", "nothing"),
    "parent_filled": (
        "note", "the row leaves a level of its place blank; filled from the gazetteer", "a place at every level", "nothing"),
    "place_decided": ("note", "the place was decided by a person (place_decisions.yml)", "", "nothing"),
    "decision_without_effect": (
        "review", "a decision about this place names a place that the gazetteer does not have at this level",
        "a place of the round's vintage", "mtm gazetteer check"),
    "place_two_names": (
        "review", "one place code stands under names that are not spellings of each other", "one name for one code",
        "mtm places ROUND shows them; correct the code or the name, or confirm it"),
    "place_twice": (
        "review",
        "two codes of one parent stand under one name",
        "each place once",
        "mtm places ROUND shows them; if they are one place, correct the code: its people may be counted twice",
    ),
    "place_spelling": (
        "review", "names of two places of one parent are nearly the same", "one spelling for one place",
        "mtm places ROUND shows them; decide whether they are one place"),
    "place_code_reused": (
        "review", "one delivered place code stands at different places", "each code at one place",
        "mtm places ROUND shows them; correct the codes and deliver again, or leave them: names decide here"),
}  # fmt: skip


def note_places(frame: TextFrame, book: Codebook, places: RowPlaces, findings: Findings) -> None:
    """Add the findings about places."""
    labels = {x.level: level_label(frame, x) for x in book.places.levels}
    seen = [*_noted(places), *_doubts(book, places)]
    people_of = people(frame, sorted({n for _, _, numbers in seen for n in numbers})) if seen else {}
    for code, level, numbers in seen:
        severity, what, expected, todo = SAID[code]
        counted = [p for n in dict.fromkeys(numbers) if (p := people_of.get(n)) is not None]
        findings.add(
            code, severity, what, expected=expected, todo=todo.replace("ROUND", findings.round_key),
            sheet=frame.match.raw.name, row_number=numbers[0], column_label=labels.get(level, ""), rows=len(numbers),
            people=sum(counted) if counted else None,
        )  # fmt: skip


def _noted(places: RowPlaces) -> Iterator[Told]:
    """What the resolver noted, by code and level."""
    found = places.found
    accepted = found.results["place"].gather(found.notes["combination"]).is_not_null()
    notes = found.notes.filter(accepted | (pl.col("code") == "decision_without_effect"))
    if notes.height:
        rows = notes.join(places.rows.select("row_number", "combination"), on="combination").sort("row_number")
        yield from rows.group_by("code", "level").agg("row_number").sort("code", "level").iter_rows()


def _doubts(book: Codebook, places: RowPlaces) -> list[Told]:
    """What looks like another place, with its rows."""
    doubts, found = list[tuple[str, int, list[int]]](), places.found  # code, level, places
    names = book.places.scheme == "names"
    if names:
        doubts += [("place_code_reused", level, seen) for level, seen in reused(found)]
    for level, one, other, score in spellings(found):
        coded = not names and any(found.places["delivered_code"].gather([one, other]).to_list())
        if score == 100 or not coded:
            doubts.append(("place_twice" if coded else "place_spelling", level, [one, other]))
    if not names:
        doubts += [("place_two_names", int(found.places["level"][seen[0]]), seen) for seen in two_names(found)]
    rows = rows_of(places, {place for _, _, seen in doubts for place in seen}) if doubts else {}
    return [(code, level, _rows(code, [rows[p] for p in seen], names=names)) for code, level, seen in doubts]


def _rows(code: str, rows: list[list[int]], *, names: bool) -> list[int]:
    """The rows of the rarer spelling where names stand for themselves, of all places otherwise."""
    if names and code == "place_spelling":
        return min(rows, key=len)
    return sorted(n for numbers in rows for n in numbers)


__all__ = ["SAID", "note_places"]
