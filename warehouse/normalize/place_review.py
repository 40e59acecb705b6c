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

from warehouse.gazetteer.resolve import Resolver
from warehouse.gazetteer.suggest import Candidate, candidates
from warehouse.normalize.place_doubts import reused, rows_of, spellings, two_names
from warehouse.normalize.place_history import moved_codes
from warehouse.normalize.place_table import place_table
from warehouse.normalize.places import RowPlaces, resolve_places, resolver_of
from warehouse.operations import load_operation
from warehouse.serving.neutral import neutral
from warehouse.settings import Home

SHOWN = 3  # candidates in the file
COLUMNS = [
    "operation", "round_key", "reason", "level", "parent", "parent_name", "code", "name", "rows", "people", "first_row",
    *(f"candidate_{i}{part}" for i in range(1, SHOWN + 1) for part in ("", "_name", "_score")), "note",
    "place", "by", "when", "why", "rounds",
]  # fmt: skip


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
    from warehouse.deliveries.vault import Vault
    from warehouse.normalize.findings import Findings
    from warehouse.normalize.furniture import furniture, place_columns, without
    from warehouse.normalize.prepare import blanked, prepare
    from warehouse.normalize.reopen import reopen
    from warehouse.normalize.rows import people

    delivery = Vault(home).current(round_key)
    operation = load_operation(delivery.operation)
    found = reopen(home, delivery, operation)
    book, findings = found.codebook, Findings(round_key, delivery.file_name)
    whole = prepare(found.main, book, findings)
    frame = without(whole, furniture(whole, book, findings, found.round_number)["row_number"].to_list())
    resolver = resolver_of(operation, book, found.round_number, home)
    places = resolve_places(blanked(frame, book, place_columns(frame, book)), resolver)
    spots = _Spots(places, people(frame, frame.data["row_number"].to_list()))
    doubts = [
        *_unsettled(delivery.round_key, resolver, places, spots),
        *_named_twice(delivery.round_key, resolver, places, spots),
    ]
    doubts += list(_moved(home, delivery.round_key, places, spots))
    return sorted(doubts, key=lambda d: (-d.rows, d.level, d.parent, d.code, d.name))


class _Spots:
    """Rows and people of combinations, and of rows."""

    def __init__(self, places: RowPlaces, people: dict[int, int | None]) -> None:
        self.rows = dict(places.rows.group_by("combination").agg(pl.col("row_number")).iter_rows())
        self.people = people

    def of(self, combinations: list[int]) -> tuple[int, int | None, int]:
        """Rows, people, first row."""
        return self.of_rows([n for c in set(combinations) for n in self.rows.get(c, ())])

    def of_rows(self, rows: list[int]) -> tuple[int, int | None, int]:
        """The same, of rows."""
        numbers = sorted(set(rows))
        counted = [p for n in numbers if (p := self.people.get(n)) is not None]
        return len(numbers), sum(counted) if counted else None, numbers[0] if numbers else 0


def _unsettled(key: str, resolver: Resolver, places: RowPlaces, spots: _Spots) -> Iterator[Doubt]:
    groups: dict[tuple[str, int, str, str, str], list[int]] = defaultdict(list)
    for position, r in enumerate(places.found.resolved(range(places.found.results.height))):
        if r.reason and r.reason != "not_a_place" and (r.code or r.name):
            groups[(r.reason, r.level, r.parent or "", r.code, r.name)].append(position)
    for (reason, level, parent, code, name), positions in groups.items():
        likely = candidates(resolver.index, parent, level, code, name) if resolver.scheme == "gazetteer" else []
        yield Doubt(
            key, reason, level, parent, _name(resolver, parent), code, name, *spots.of(positions), tuple(likely)
        )


def _named_twice(key: str, resolver: Resolver, places: RowPlaces, spots: _Spots) -> Iterator[Doubt]:
    """Places that the delivery alone names: spellings that may be one place, codes that stand at several."""
    found, is_listed = places.found, resolver.scheme == "gazetteer"
    pairs = spellings(found)
    twice = two_names(found) if is_listed else []
    again = [] if is_listed else reused(found)
    seen = [[p for _, one, other, _ in pairs for p in (one, other)], *twice, *(at for _, at in again)]
    rows = rows_of(places, (p for several in seen for p in several))
    place_of = {at: chain[-1] for at, chain in found.chains(pl.Series(list(rows), dtype=pl.UInt32)).items()}
    for level, a, b, score in pairs:
        one, other = place_of[a], place_of[b]
        coded = bool(one.delivered_code or other.delivered_code) and is_listed
        if coded and score < 100:
            continue
        (rare, at), (often, _) = sorted(((one, a), (other, b)), key=lambda x: (len(rows[x[1]]), x[0].code))
        reason, code = ("place_twice", rare.delivered_code) if coded else ("place_spelling", "")
        yield Doubt(key, reason, level, rare.parent or "", _name(resolver, rare.parent or ""), code, rare.names[0],
                    *spots.of_rows(rows[at]), (Candidate(often.code, often.names[0], score, "name"),))  # fmt: skip
    for place, at in [(place_of[i], i) for members in twice for i in members]:
        yield Doubt(key, "place_two_names", place.level, place.parent or "", _name(resolver, place.parent or ""),
                    place.delivered_code, place.names[0], *spots.of_rows(rows[at]), (Candidate(place.code, place.names[0], 100.0, "code"),))  # fmt: skip
    for level, ids in again:
        stand = [place_of[i] for i in ids]
        first = min(zip(ids, stand, strict=True), key=lambda x: rows[x[0]][:1])[1]
        where = {p.names[0]: p for p in stand}
        yield Doubt(key, "place_code_reused", level, first.parent or "", _last(first.parent), first.delivered_code, "",
                    *spots.of_rows([n for i in ids for n in rows[i]]), tuple(Candidate(p.code, n, 100.0, "code") for n, p in where.items()),
                    "names decide in this operation; correct the codes at the source")  # fmt: skip


def _moved(home: Home, key: str, places: RowPlaces, spots: _Spots) -> Iterator[Doubt]:
    """Delivered codes that earlier rounds of the component gave to another place."""
    where: dict[str, list[int]] = defaultdict(list)
    for position, result in enumerate(places.found.resolved(range(places.found.results.height))):
        for place in result.chain:
            where[place.code].append(position)
    table = place_table(key, places.found.finest()["code"], [places.found])
    for m in moved_codes(home, key, table, {}):
        yield Doubt(key, m.reason, m.level, m.parent, _last(m.parent), m.code, m.name, *spots.of(where[m.place]),
                    note=f"{m.earlier}: {m.name_before} in {_last(m.parent_before)}")  # fmt: skip


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
        writer.writerow({name: neutral(value) for name, value in as_row(doubt).items()})
    return buffer.getvalue()


def as_yaml(doubts: list[Doubt]) -> str:
    """The file as YAML."""
    return yaml.safe_dump([as_row(d) for d in doubts], allow_unicode=True, sort_keys=False, width=120)


__all__ = ["COLUMNS", "Doubt", "as_csv", "as_row", "as_yaml", "review"]
