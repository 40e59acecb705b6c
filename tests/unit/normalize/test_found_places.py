"""Places as columns say what the objects said, wherever the combinations are cut; chains, contradictions and the table hold."""

from __future__ import annotations

import polars as pl
import pytest

from warehouse.gazetteer.chain import Note, Place, Resolved
from warehouse.normalize.found_places import FoundPlaces, Gathered
from warehouse.normalize.place_apart import apart
from warehouse.normalize.place_doubts import rows_of, spellings, two_names
from warehouse.normalize.place_table import place_table
from warehouse.normalize.places import RowPlaces

ROOT = Place("K", 0, None, ("Land", "Страна", "Өлкө"), "", True)
NORTH = Place("K1", 1, "K", ("North", "Север", "Түндүк"), "K1", True)
SOUTH = Place("K2", 1, "K", ("South", "Юг", "Түштүк"), "", True)


def village(code: str, name: str, parent: Place = NORTH, delivered: str | None = None) -> Place:
    return Place(code, 2, parent.code, (name,) * 3, code if delivered is None else delivered, False)


def at(parent: Place, place: Place, *notes: Note) -> Resolved:
    return Resolved((ROOT, parent, place), notes=notes)


A, B = village("V1", "Ak-Jar"), village("V2", "Ak-Zhar")
RESULTS = [
    at(NORTH, A),
    Resolved((), "unknown_place", 2, (Note("by_skeleton", 1),), "K2", "V9", "Nowhere"),
    at(NORTH, B, Note("by_skeleton", 1), Note("parent_filled", 2)),
    Resolved(),
    Resolved((ROOT, SOUTH)),
    at(SOUTH, village("V7", "Kara-Suu", SOUTH)),
    at(SOUTH, village("V7", "Kara-Suu", SOUTH)),  # an equal one, another object
]


def found(results: list[Resolved], at_once: int = 100) -> FoundPlaces:
    gathered = Gathered(finest=2)
    for start in range(0, max(1, len(results)), at_once):
        gathered.add(results[start : start + at_once])
    return gathered.found()


def codes(places: FoundPlaces) -> list[str | None]:
    return [r.chain[-1].code if r.chain else None for r in places.resolved(range(places.results.height))]


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_what_was_found_is_handed_out_as_it_was(at_once: int) -> None:
    places = found(RESULTS, at_once)
    assert list(places.resolved(range(len(RESULTS)))) == RESULTS
    assert list(places.resolved([5, 2])) == [RESULTS[5], RESULTS[2]]
    assert places.places.filter(pl.col("level") < 2).height == 3  # what many lie in stands there once


def test_nothing_found_is_a_table_too() -> None:
    places = found([])
    assert list(places.resolved([])) == []
    assert place_table("r", pl.Series([], dtype=pl.String), [places]).is_empty()


def test_combinations_are_told_by_what_their_places_lie_in() -> None:
    places = found(RESULTS)
    in_south = places.places.select(pl.col("code") == "K2").to_series()
    assert places.combinations(in_south).to_list() == [4, 5, 6]
    level = places.at(1)
    assert places.places["code"].gather(level).to_list() == ["K1", None, "K1", None, "K2", "K2", "K2"]
    assert [n is None for n in places.at(2).to_list()] == [False, True, False, True, True, False, False]


def test_a_place_under_its_own_name_stands_before_one_that_was_decided() -> None:
    decided = at(NORTH, village("V1", "as decided", delivered="x"), Note("place_decided", 2))
    places = found([decided, at(NORTH, A)])
    table = place_table("r", pl.Series(["V1"]), [places])
    assert table.filter(pl.col("place_code") == "V1")["place_name_en"].to_list() == ["Ak-Jar"]
    later = found([at(NORTH, village("V1", "in a later sheet"))])
    table = place_table("r", pl.Series(["V1"]), [places, later])
    assert table.select("place_code", "parent_code", "place_name_en", "place_name_ky", "delivered_code").rows() == [
        ("K", None, "Land", "Өлкө", None), ("K1", "K", "North", "Түндүк", "K1"),
        ("V1", "K1", "in a later sheet", "in a later sheet", "V1"),
    ]  # fmt: skip


def test_codes_that_contradict_each_other_are_no_places() -> None:
    said = [{1: ("", "North"), 2: (code, name)} for code, name in (("V1", "Ak-Jar"), ("V1", "Ak-Jar"), ("V3", "Min"))]
    results = [at(NORTH, A), at(SOUTH, village("V1", "Ak-Jar", SOUTH)), at(NORTH, village("V3", "Min"))]
    places = apart(found(results), lambda start, end: said[start:end], 2)
    assert codes(places) == [None, None, "V3"]
    rejected = next(places.resolved([1]))
    assert (rejected.reason, rejected.level, rejected.parent, rejected.code) == ("code_reused", 2, "K2", "V1")


def test_a_code_under_the_name_of_another_one_is_no_place() -> None:
    results = [at(NORTH, A), at(NORTH, village("V2", "Min")), at(NORTH, village("V1", "Min"))]
    said = [{2: (r.chain[-1].code, r.chain[-1].names[0])} for r in results]
    assert codes(apart(found(results), lambda start, end: said[start:end], 2)) == ["V1", "V2", None]
    results[1] = at(NORTH, village("V2", "Tash"))  # now a place that has two names
    places = apart(found(results), lambda start, end: said[start:end], 2)
    assert codes(places) == ["V1", "V2", "V1"]
    assert [[places.places["name_en"][p] for p in pair] for pair in two_names(places)] == [["Ak-Jar", "Min"]]


def test_rows_are_told_of_a_place_and_of_equal_ones_in_other_chains() -> None:
    places = found([*RESULTS, at(SOUTH, village("V8", "Kara-Su", SOUTH))], 1)
    numbers = list(range(len(RESULTS) + 1))
    rows = RowPlaces(pl.DataFrame({"row_number": [n + 2 for n in numbers], "combination": numbers}), places)
    pairs = [
        (level, places.places["code"][one], places.places["code"][other]) for level, one, other, _ in spellings(places)
    ]
    assert pairs == [(2, "V1", "V2"), (2, "V7", "V8")]
    _, one, other, _ = spellings(places)[1]
    assert rows_of(rows, [one, other]) == {one: [7, 8], other: [9]}
