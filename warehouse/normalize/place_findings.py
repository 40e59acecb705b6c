"""What is said about the places of a delivery beside the rejected rows: how places were found, and what looks like one.

Only findings belong here; nothing in this module changes a place. No delivered value is told, rows and counts are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from warehouse.codebooks.folding import fold_key
from warehouse.codebooks.model import Codebook
from warehouse.gazetteer.codes import fold_code
from warehouse.gazetteer.names import plain, skeleton
from warehouse.gazetteer.resolve import Place
from warehouse.gazetteer.suggest import alike
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.places import RowPlaces, level_label
from warehouse.normalize.rows import people

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
    rows_of = dict(places.rows.group_by("combination").agg("row_number").iter_rows())
    labels = {x.level: level_label(frame, x) for x in book.places.levels}
    seen = [
        (code, level, sorted(n for c in combinations for n in rows_of.get(c, ())))
        for code, level, combinations in [*_noted(places), *_doubts(book, places, rows_of)]
    ]
    people_of = people(frame, sorted({n for _, _, numbers in seen for n in numbers})) if seen else {}
    for code, level, numbers in seen:
        severity, what, expected, todo = SAID[code]
        counted = [p for n in dict.fromkeys(numbers) if (p := people_of.get(n)) is not None]
        findings.add(
            code, severity, what, expected=expected, todo=todo.replace("ROUND", findings.round_key),
            sheet=frame.match.raw.name, row_number=numbers[0], column_label=labels.get(level, ""), rows=len(numbers),
            people=sum(counted) if counted else None,
        )  # fmt: skip


def _noted(places: RowPlaces) -> Iterator[tuple[str, int, list[int]]]:
    """What the resolver noted, by code and level."""
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for position, result in enumerate(places.results):
        for note in result.notes:
            if result.chain or note.code == "decision_without_effect":
                found[(note.code, note.level)].append(position)
    yield from ((code, level, positions) for (code, level), positions in sorted(found.items()))


def _doubts(book: Codebook, places: RowPlaces, rows_of: dict[int, list[int]]) -> Iterator[tuple[str, int, list[int]]]:
    own = named(places)
    if book.places.scheme == "names":
        yield from (("place_code_reused", level, spots) for level, spots in reused(places))
        for level, one, other, _ in spellings(own):
            rarer = min((own[one], own[other]), key=lambda spots: sum(len(rows_of.get(s, ())) for s in spots))
            yield "place_spelling", level, rarer
        return
    for level, one, other, score in spellings(own):
        coded = one.delivered_code or other.delivered_code
        if score == 100 or not coded:
            yield "place_twice" if coded else "place_spelling", level, [*own[one], *own[other]]
    for members in two_names(own):
        yield "place_two_names", members[0].level, [s for p in members for s in own[p]]


def two_names(own: Iterable[Place]) -> list[list[Place]]:
    """Places of one code whose names are no spellings of each other."""
    by_code: dict[str, list[Place]] = defaultdict(list)
    for place in own:
        by_code[place.code].append(place)
    found = []
    for members in by_code.values():
        names = list({skeleton(p.names[0]): p.names[0] for p in members}.values())
        if len(names) > 1 and len(alike(names)) < len(names) - 1:
            found.append(members)
    return found


def named(places: RowPlaces) -> dict[Place, list[int]]:
    """Places that only the delivery names, each spelling apart, with the combinations that name them."""
    spots: dict[int, list[int]] = {}  # by object first: rows share most places, and comparing these takes long
    objects: dict[int, Place] = {}
    for position, result in enumerate(places.results):
        decided = {n.level for n in result.notes if n.code == "place_decided"} if result.notes else ()
        for place in result.chain:
            if not place.in_gazetteer and place.level and place.level not in decided:
                if id(place) in spots:
                    spots[id(place)].append(position)
                else:
                    objects[id(place)], spots[id(place)] = place, [position]
    found: dict[Place, list[int]] = {}
    for key, place in objects.items():
        known = found.get(place)
        found[place] = spots[key] if known is None else sorted([*known, *spots[key]])
    return found


def spellings(own: Iterable[Place]) -> list[tuple[int, Place, Place, float]]:
    """Pairs of places of one parent whose names are nearly the same, with level and score."""
    groups: dict[tuple[str | None, int], dict[str, Place]] = defaultdict(dict)
    for place in own:
        groups[(place.parent, place.level)].setdefault(place.code, place)
    found = []
    for (_, level), group in sorted(groups.items(), key=lambda g: (g[0][1], g[0][0] or "")):
        members = list(group.values())
        found += [(level, members[i], members[j], s) for i, j, s in alike([p.names[0] for p in members])]
    return found


def reused(places: RowPlaces) -> list[tuple[int, list[int]]]:
    """Delivered codes that stand at places of different names: level and combinations."""
    spots: dict[tuple[int, str], dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
    lists: dict[int, list[int]] = {}  # by object, as above; results hold the objects while this goes on
    for position, result in enumerate(places.results):
        for place in result.chain:
            if place.delivered_code:
                if id(place) not in lists:
                    key = (place.level, fold_code(place.delivered_code))
                    lists[id(place)] = spots[key][(place.parent or "", fold_key(place.names[0]))]
                lists[id(place)].append(position)
    return [
        (level, sorted(s for seen in where.values() for s in seen))
        for (level, _), where in sorted(spots.items())
        if len({(parent, skeleton(plain(name))) for parent, name in where}) > 1
    ]


__all__ = ["SAID", "named", "note_places", "reused", "spellings", "two_names"]
