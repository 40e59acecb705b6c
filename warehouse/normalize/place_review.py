"""The review of a round's places: everything that is not certain, with what it may be, for a person to decide.

Finding out what to decide and writing the file belong here; taking it back is in `place_decide.py`. The file holds
delivered names of places: it is for the people who know the country, and stays with the build side.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import yaml

from warehouse.gazetteer.resolve import Place, Resolver
from warehouse.gazetteer.suggest import Candidate, candidates
from warehouse.normalize.place_findings import named, reused, spellings
from warehouse.normalize.places import RowPlaces, resolve_places, resolver_of
from warehouse.operations import load_operation
from warehouse.settings import Home

SHOWN = 3  # candidates in the file
COLUMNS = [
    "operation", "round_key", "reason", "level", "parent", "parent_name", "code", "name", "rows", "people", "first_row",
    *(f"candidate_{i}{part}" for i in range(1, SHOWN + 1) for part in ("", "_name", "_score")), "note",
    "place", "by", "when", "why", "rounds",
]  # fmt: skip
NEUTRAL = ("=", "+", "-", "@", "\t", "\r", "\uff1d")


@dataclass(frozen=True)
class Doubt:
    """One delivered place that somebody should look at."""

    round_key: str
    reason: str
    level: int
    parent: str
    parent_name: str
    code: str
    name: str
    rows: int
    people: int | None
    first_row: int
    candidates: tuple[Candidate, ...] = ()
    note: str = ""


def review(home: Home, round_key: str) -> list[Doubt]:
    """Everything about the standing delivery's places that is not certain, what concerns most rows first."""
    from warehouse.codebooks.recognise import Declared, recognise
    from warehouse.deliveries.readers.open import read_file
    from warehouse.deliveries.vault import Vault
    from warehouse.normalize.frame import text_frame
    from warehouse.normalize.rows import people

    delivery = Vault(home).current(round_key)
    operation = load_operation(delivery.operation)
    declared = Declared(delivery.operation, delivery.component, delivery.round_number)
    found = recognise(read_file(Vault(home).path(delivery), delivery.file_name), delivery.file_name, declared)
    frame = text_frame(found.main)
    resolver = resolver_of(operation, found.codebook, found.round_number, home)
    places = resolve_places(frame, resolver)
    spots = _Spots(places, people(frame, frame.data["row_number"].to_list()))
    doubts = [
        *_unsettled(delivery.round_key, resolver, places, spots),
        *_named_twice(delivery.round_key, resolver, places, spots),
    ]
    doubts += list(_moved_codes(home, delivery.round_key, places, spots))
    return sorted(doubts, key=lambda d: (-d.rows, d.level, d.parent, d.code, d.name))


class _Spots:
    """Rows and people of combinations."""

    def __init__(self, places: RowPlaces, people: dict[int, int | None]) -> None:
        self.rows = dict(places.rows.group_by("combination").agg(pl.col("row_number")).iter_rows())
        self.people = people

    def of(self, combinations: list[int]) -> tuple[int, int | None, int]:
        """Rows, people, first row."""
        numbers = sorted(n for c in set(combinations) for n in self.rows.get(c, ()))
        counted = [p for n in numbers if (p := self.people.get(n)) is not None]
        return len(numbers), sum(counted) if counted else None, numbers[0] if numbers else 0


def _unsettled(key: str, resolver: Resolver, places: RowPlaces, spots: _Spots) -> Iterator[Doubt]:
    groups: dict[tuple[str, int, str, str, str], list[int]] = defaultdict(list)
    for position, r in enumerate(places.results):
        if r.reason and r.reason != "not_a_place" and (r.code or r.name):
            groups[(r.reason, r.level, r.parent or "", r.code, r.name)].append(position)
    for (reason, level, parent, code, name), positions in groups.items():
        likely = candidates(resolver.index, parent, level, code, name) if resolver.scheme == "gazetteer" else []
        yield Doubt(
            key, reason, level, parent, _name(resolver, parent), code, name, *spots.of(positions), tuple(likely)
        )


def _named_twice(key: str, resolver: Resolver, places: RowPlaces, spots: _Spots) -> Iterator[Doubt]:
    """Places that the delivery alone names: spellings that may be one place, codes that stand at several."""
    if resolver.scheme != "names":
        return
    own = named(places)
    for level, one, other, score in spellings(own):
        rare, often = sorted((one, other), key=lambda p: (spots.of(own[p])[0], p.code))
        yield Doubt(key, "place_spelling", level, rare.parent or "", _last(rare.parent), "", rare.names[0], *spots.of(own[rare]),
                    (Candidate(often.code, often.names[0], score, "name"),))  # fmt: skip
    for level, positions in reused(places):
        place = next(p for p in places.results[positions[0]].chain if p.level == level)
        where = {p.names[0]: p for s in positions for p in places.results[s].chain if p.level == level}
        yield Doubt(key, "place_code_reused", level, place.parent or "", _last(place.parent), place.delivered_code, "",
                    *spots.of(positions), tuple(Candidate(p.code, n, 100.0, "code") for n, p in where.items()),
                    "names decide in this operation; correct the codes at the source")  # fmt: skip


def _moved_codes(home: Home, key: str, places: RowPlaces, spots: _Spots) -> Iterator[Doubt]:
    """Delivered codes that earlier rounds of the component gave to another place, in another parent."""
    now: dict[str, tuple[Place, list[int]]] = {}
    for position, r in enumerate(places.results):
        for p in r.chain:
            if p.delivered_code and not p.in_gazetteer:
                now.setdefault(p.delivered_code, (p, []))[1].append(position)
    for earlier in _earlier(home, key):
        table = _places_of(home, earlier)
        for code, parent, name in (
            table.select("delivered_code", "parent_code", "place_name_en").iter_rows() if table is not None else ()
        ):
            if code in now and now[code][0].parent != parent:
                place, positions = now.pop(code)
                yield Doubt(key, "code_moved", place.level, place.parent or "", _last(place.parent), code, place.names[0],
                            *spots.of(positions), (Candidate(f"{parent}", name, 0.0, "earlier_round"),),
                            f"{earlier} has the code in another parent")  # fmt: skip


def _earlier(home: Home, key: str) -> list[str]:
    """Rounds of the same component with a smaller number, the newest first."""
    stem, _, number = key.rpartition("-r")
    found = [p.name for p in home.normalized.glob(f"{stem}-r*") if p.name.rpartition("-r")[2].isdigit()]
    return sorted(
        (k for k in found if int(k.rpartition("-r")[2]) < int(number)), key=lambda k: -int(k.rpartition("-r")[2])
    )


def _places_of(home: Home, key: str) -> pl.DataFrame | None:
    """The place table of a round's newest normalized delivery."""
    tables = sorted((home.normalized / key).glob("*/place.parquet"), key=lambda p: p.stat().st_mtime)
    return pl.read_parquet(tables[-1], glob=False) if tables else None


def _name(resolver: Resolver, code: str) -> str:
    known = resolver.index.places.get(code)
    return known.names[0] if known else _last(code)


def _last(code: str | None) -> str:
    return (code or "").rsplit("/", 1)[-1]


def as_row(doubt: Doubt) -> dict[str, Any]:
    """A doubt as a line of the file, with blanks for the decision."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    row |= {name: getattr(doubt, name) for name in COLUMNS if hasattr(doubt, name)}
    row["operation"], row["people"] = doubt.round_key.split("-")[0], "" if doubt.people is None else doubt.people
    for i, c in enumerate(doubt.candidates[:SHOWN], 1):
        row |= {f"candidate_{i}": c.code, f"candidate_{i}_name": c.name, f"candidate_{i}_score": c.score}
    return row


def as_csv(doubts: list[Doubt]) -> str:
    """The file as CSV; texts that a spreadsheet would run get an apostrophe in front, taken off again when read."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for doubt in doubts:
        writer.writerow(
            {k: f"'{v}" if isinstance(v, str) and v.startswith(NEUTRAL) else v for k, v in as_row(doubt).items()}
        )
    return buffer.getvalue()


def as_yaml(doubts: list[Doubt]) -> str:
    """The file as YAML."""
    return yaml.safe_dump([as_row(d) for d in doubts], allow_unicode=True, sort_keys=False, width=120)


__all__ = ["COLUMNS", "NEUTRAL", "Doubt", "as_csv", "as_row", "as_yaml", "review"]
