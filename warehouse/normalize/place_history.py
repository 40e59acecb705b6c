"""Delivered place codes beside those of earlier rounds: a code that now stands at another place.

Only the comparison of place tables belongs here. It depends on which rounds an installation has, so it is worked out when
somebody asks and is no part of a normalized delivery.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.gazetteer.names import skeleton
from warehouse.gazetteer.suggest import alike
from warehouse.settings import Home

WHAT = {
    "place_code_moved": ("a place code stood in another parent in an earlier round", "mtm places ROUND shows it; correct the code at its source"),
    "place_code_renamed": ("a place code stood at another name of the same parent in an earlier round", "mtm places ROUND shows it; confirm that the place was renamed"),
}  # fmt: skip


@dataclass(frozen=True)
class Moved:
    """One code that changed its place since an earlier round."""

    reason: str
    level: int
    code: str
    place: str  # now
    name: str
    parent: str
    earlier: str  # round key
    name_before: str
    parent_before: str
    rows: int


def moved_codes(home: Home, round_key: str, table: pl.DataFrame, rows: dict[str, int]) -> list[Moved]:
    """Codes of a round's place table that an earlier round of the component gave to another place, the newest round first."""
    now = {r["delivered_code"]: r for r in _coded(table).iter_rows(named=True)}
    found: list[Moved] = []
    for earlier in _earlier(home, round_key):
        before = _places(home, earlier)
        if before is None:
            continue
        for row in _coded(before).iter_rows(named=True):
            place = now.get(row["delivered_code"])
            reason = _changed(place, row) if place else ""
            if place and place["place_level"] == row["place_level"]:
                del now[row["delivered_code"]]  # compared with the newest round that has it
            if place and reason:
                found.append(Moved(
                    reason, place["place_level"], place["delivered_code"], place["place_code"], place["place_name_en"],
                    place["parent_code"] or "", earlier, row["place_name_en"], row["parent_code"] or "", rows.get(place["place_code"], 0),
                ))  # fmt: skip
    return sorted(found, key=lambda m: (m.level, m.code))


def moved_findings(home: Home, round_key: str, table: pl.DataFrame, assessment: pl.DataFrame) -> list[tuple[Any, ...]]:
    """One line per kind, in the columns of the report to the field."""
    rows = dict(assessment.group_by("place_code").len().iter_rows())
    found = moved_codes(home, round_key, table, rows)
    return [
        ("review", code, "", None, "", f"{what} ({count} codes)", "one code for one place in all rounds", todo.replace("ROUND", round_key),
         sum(m.rows for m in found if m.reason == code), None)
        for code, (what, todo) in WHAT.items() if (count := sum(m.reason == code for m in found))
    ]  # fmt: skip


def _coded(table: pl.DataFrame) -> pl.DataFrame:
    """Places that a delivered code names and the gazetteer does not know (it would tell itself)."""
    return table.filter(pl.col("delivered_code").is_not_null() & ~pl.col("in_gazetteer")).unique(
        "delivered_code", keep="none", maintain_order=True
    )


def _changed(now: dict[str, Any], before: dict[str, Any]) -> str:
    if now["place_level"] != before["place_level"]:
        return ""
    if not _same(_last(now["parent_code"]), _last(before["parent_code"])):
        return "place_code_moved"
    return "" if _same(now["place_name_en"], before["place_name_en"]) else "place_code_renamed"


def _same(one: str, other: str) -> bool:
    """One name, or spellings of one."""
    return skeleton(one) == skeleton(other) or bool(alike([one, other]))


def _last(code: str | None) -> str:
    return (code or "").rsplit("/", 1)[-1]


def _earlier(home: Home, key: str) -> Iterator[str]:
    """Rounds of the same component with a smaller number, the newest first."""
    stem, _, number = key.rpartition("-r")
    found = [p.name for p in home.normalized.glob(f"{stem}-r*") if p.name.rpartition("-r")[2].isdigit()]
    yield from sorted((k for k in found if _number(k) < int(number)), key=_number, reverse=True)


def _number(key: str) -> int:
    return int(key.rpartition("-r")[2])


def _places(home: Home, key: str) -> pl.DataFrame | None:
    """The place table of a round's newest normalized delivery."""
    tables: list[Path] = sorted((home.normalized / key).glob("*/place.parquet"), key=lambda p: p.stat().st_mtime)
    return pl.read_parquet(tables[-1], glob=False) if tables else None


__all__ = ["Moved", "moved_codes", "moved_findings"]
