"""The vintages of the Kyrgyz gazetteer, the links between them, and how fast places are found."""

from __future__ import annotations

import time

import pytest

from warehouse.gazetteer.check import check_operation
from warehouse.gazetteer.resolve import Resolver
from warehouse.gazetteer.store import crosswalk_rows, of_vintage
from warehouse.operations import Operation, all_operations

# Residents at the start of 2024, 2025, 2026 (National Statistical Committee)
COUNTRY = (7_161_910, 7_281_827, 7_404_329)
ANNEXED = {
    "KG11000000000": (1_165_497, 1_321_877, "KG08000000000", 983_664),
    "KG21000000000": (366_738, 473_552, "KG06000000000", 1_438_459),
}


def levels(kgz: Operation, vintage: str) -> tuple[int, int, int]:
    """Places of level 1, rayons and cities of level 2."""
    rows = of_vintage(kgz.gazetteer, vintage, "")
    second = [r["place_type"] for r in rows if r["place_level"] == "2"]
    return sum(r["place_level"] == "1" for r in rows), second.count("district"), second.count("independent city")


def test_the_vintages_have_the_units_that_were_published(kgz: Operation) -> None:
    assert levels(kgz, "cod-2018") == (9, 40, 13)
    assert levels(kgz, "kgz-2025") == (9, 40, 14)
    names = {r["place_code"]: r["place_name_en"] for r in of_vintage(kgz.gazetteer, "kgz-2025", "")}
    assert (names["KG07215000000"], names["KG03410000010"]) == ("Aitmatov", "Manas (city)")
    assert "KG03220400010" not in names


def test_files_of_all_operations_are_in_order() -> None:
    assert [t for o in all_operations() for t in check_operation(o, None)] == []


@pytest.mark.parametrize("city", sorted(ANNEXED))
def test_shares_follow_from_the_published_residents(kgz: Operation, city: str) -> None:
    before, after, oblast, rest = ANNEXED[city]
    moved = after - before * COUNTRY[1] / COUNTRY[0]
    left = rest * COUNTRY[1] / COUNTRY[2]
    links = {(r["from_vintage"], r["from_code"], r["to_code"]): r["share"] for r in crosswalk_rows(kgz, None)}
    assert float(links["cod-2018", oblast, city]) == round(moved / (moved + left), 4)
    assert float(links["kgz-2025", city, oblast]) == round(moved / after, 4)


def test_every_place_has_its_successors_and_predecessors(kgz: Operation) -> None:
    for one, other in (("cod-2018", "kgz-2025"), ("kgz-2025", "cod-2018")):
        rows = [r for r in crosswalk_rows(kgz, None) if (r["from_vintage"], r["to_vintage"]) == (one, other)]
        assert {r["from_code"] for r in rows} == {r["place_code"] for r in of_vintage(kgz.gazetteer, one, "")}
        assert {r["to_code"] for r in rows} == {r["place_code"] for r in of_vintage(kgz.gazetteer, other, "")}
        assert all(bool(r["share"]) != (r["share_basis"] == "unknown") for r in rows)
        assert all(r["note"] for r in rows if r["share_basis"] != "unchanged")


def test_places_are_found_fast(cod: Resolver) -> None:
    units = [p for p in cod.index.places.values() if p.level == 2]
    rows = [
        {1: (str(u.parent), ""), 2: (u.code, u.names[1]), 4: (f"{u.code}-{i}", f"Village {i}")}
        for i in range(16)
        for u in units
    ][:800]
    assert len(rows) == 800

    def seconds() -> float:
        cod._steps.clear()
        started = time.perf_counter()
        assert all(cod.resolve(row).chain for row in rows)
        return time.perf_counter() - started

    assert min(seconds() for _ in range(7)) < 0.04  # 5 ms where nothing else runs
