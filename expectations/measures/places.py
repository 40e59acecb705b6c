"""Measures of where the round was: units that are missing, places outside the gazetteer, communities.

Evidence is a code of the gazetteer; a code that only the delivery knows is not repeated.
"""

from __future__ import annotations

import polars as pl

from expectations.inputs import RoundInput
from expectations.measures.measured import Measured, count

# of level 2 the rural units are all covered by a round, towns as the frame has them (domain: all 40 rayons)
RURAL = {"rayon", "raion", "district"}


def _present(given: RoundInput, level: int) -> set[str]:
    table = given.table("place").filter(pl.col("place_level") == level)
    return set(table["place_code"].drop_nulls().to_list())


def _missing(given: RoundInput, expected: list[dict[str, str]], level: int) -> Measured:
    codes = {row["place_code"] for row in expected}
    gone = sorted(codes - _present(given, level))
    return count(len(gone), f"of {len(codes)} units missing", gone)


def missing_level_1(given: RoundInput) -> Measured:
    """Units of level 1 that no accepted row lies in."""
    return _missing(given, given.units(1), 1)


def missing_level_2(given: RoundInput) -> Measured:
    """Rural units of level 2 that no accepted row lies in; all units where the gazetteer tells no type."""
    units = given.units(2)
    rural = [row for row in units if (row.get("place_type") or "").strip().lower() in RURAL]
    return _missing(given, rural or units, 2)


def units_outside_gazetteer(given: RoundInput) -> Measured:
    """Places of levels 1 and 2 that are not in the gazetteer of the round's vintage."""
    known = {1: {r["place_code"] for r in given.units(1)}, 2: {r["place_code"] for r in given.units(2)}}
    strange = sum(len(_present(given, level) - codes) for level, codes in known.items() if codes)
    return count(strange, "places")


def lost_parents(given: RoundInput) -> Measured:
    """Places below the country without a parent row; places that stand twice; rows whose place has no place row."""
    places = given.table("place")
    codes = places.select("place_code")
    below = places.filter(pl.col("place_level") > 0)
    lost = below.join(codes, left_on="parent_code", right_on="place_code", how="anti")
    twice = places.height - places["place_code"].n_unique()
    unplaced = given.table("assessment").join(codes, on="place_code", how="anti")
    return count(lost.height + twice + unplaced.height, "places and rows")


def communities_share(given: RoundInput) -> Measured:
    """Communities with an accepted row, of the communities planned."""
    planned = given.round.planned_communities or 0
    heard = given.table("assessment")["place_code"].n_unique()
    return Measured(heard / planned, f"{heard:,} of {planned:,} communities")
