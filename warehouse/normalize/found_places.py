"""What the combinations of a sheet came to, as columns: a million places are a million rows, and no objects.

Holding the places, their chains, reasons and notes belongs here, and handing out those that are asked for as they were resolved.
Resolving is in `gazetteer/resolve.py`; what places say about each other is in `place_apart.py` and `place_doubts.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from warehouse.gazetteer.chain import Note, Place, Resolved

Kinds = dict[str, type[pl.DataType]]
PLACES: Kinds = {
    "above": pl.UInt32, "code": pl.String, "level": pl.Int64, "parent": pl.String, "name_en": pl.String, "name_ru": pl.String,
    "name_ky": pl.String, "delivered_code": pl.String, "in_gazetteer": pl.Boolean, "is_decided": pl.Boolean,
}  # fmt: skip
RESULTS: Kinds = {"place": pl.UInt32, "reason": pl.String, "failed_level": pl.Int64}
NOTES: Kinds = {"combination": pl.Int64, "code": pl.String, "level": pl.Int64}
FAILED: Kinds = {"combination": pl.Int64, "parent": pl.String, "code": pl.String, "name": pl.String}
DECIDED = "place_decided"  # the note of a step that a person decided


@dataclass(frozen=True)
class FoundPlaces:
    """`places`: one row for each place within its chain; `above`: the row of the place that it lies in. `name_ru` and
    `name_ky` are null where they are `name_en`.

    `results`, by combination: `place`, the row of the finest place (null where a reason is given). `notes`, and what stood where
    a row `failed`, with their combination.
    """

    places: pl.DataFrame
    results: pl.DataFrame
    notes: pl.DataFrame
    failed: pl.DataFrame

    def resolved(self, positions: Iterable[int]) -> Iterator[Resolved]:
        """What some combinations came to."""
        wanted = pl.DataFrame({"combination": positions}, schema={"combination": pl.Int64})
        notes: dict[int, list[Note]] = defaultdict(list)
        for at, code, level in self.notes.join(wanted, on="combination", how="semi", maintain_order="left").iter_rows():
            notes[at].append(Note(code, level))
        failed = {at: told for at, *told in self.failed.join(wanted, on="combination", how="semi").iter_rows()}
        rows = self.results[wanted["combination"]]
        chains = self.chains(rows["place"])
        for at, (place, reason, level) in zip(wanted["combination"].to_list(), rows.iter_rows(), strict=True):
            chain = () if place is None else chains[place]
            yield Resolved(chain, reason or "", level or 0, tuple(notes.get(at, ())), *failed.get(at, (None, "", "")))

    def chains(self, wanted: pl.Series) -> dict[int, tuple[Place, ...]]:
        """Places, and all that they lie in, each with what it lies in from the country down."""
        steps = [wanted.drop_nulls().unique()]
        while len(steps[-1]):
            steps.append(self.places["above"].gather(steps[-1]).drop_nulls().unique())
        # In order: what a place lies in has an earlier row.
        rows = pl.concat([step.alias("place") for step in steps]).unique().sort()
        found: dict[int, tuple[Place, ...]] = {}
        for place, (above, *told) in zip(rows.to_list(), self.places[rows].iter_rows(), strict=True):
            found[place] = (*(() if above is None else found[above]), _place(*told))
        return found

    def within(self, mask: pl.Series) -> pl.Series:
        """Places of a mask, and all that lie in one of them."""
        above, before = self.places["above"], -1
        while (now := int(mask.sum())) not in (0, before):
            mask, before = mask | mask.gather(above).fill_null(value=False), now
        return mask

    def combinations(self, mask: pl.Series) -> pl.Series:
        """The combinations that name a place of a mask, at any level."""
        hit = self.within(mask).gather(self.results["place"]).fill_null(value=False)
        return hit.arg_true().cast(pl.Int64)

    def at(self, level: int) -> pl.Series:
        """By combination, the place of a level; null where it has none."""
        places, now = self.places, self.results["place"]
        finer = places["level"] > level
        while (below := finer.gather(now).fill_null(value=False)).any():
            now = now.zip_with(~below, places["above"].gather(now))
        return now.zip_with((places["level"] == level).gather(now).fill_null(value=False), now.clear(len(now)))

    def finest(self) -> pl.DataFrame:
        """`code` and `place` of the finest places, each code once: a place under its own name before one that a decision led to."""
        decided = self.notes.filter(pl.col("code") == DECIDED)["combination"].unique()
        named = self.results.select("place").with_row_index("at").filter(pl.col("place").is_not_null())
        named = named.with_columns(self.places["code"].gather(named["place"]).alias("code"))
        if len(decided):
            named = named.sort(pl.col("at").is_in(decided.implode()), maintain_order=True)
        return named.select("code", "place").unique("code", keep="first", maintain_order=True)


def _place(
    code: str, level: int, parent: str | None, en: str, ru: str | None, ky: str | None, delivered: str, known: bool, _: bool
) -> Place:  # fmt: skip
    return Place(code, level, parent, (en, en if ru is None else ru, en if ky is None else ky), delivered, known)


class Gathered:
    """The columns while combinations are resolved, some at a time: what is added may be let go of."""

    def __init__(self, finest: int) -> None:
        """`finest`: the level whose places hardly ever have others in them."""
        self.finest, self.height, self.number = finest, 0, 0
        self._known: dict[tuple[int, int | None], int] = {}
        self._kept: list[Place] = []  # those of `_known`, which goes by the identity of objects
        self._parts: dict[str, list[pl.DataFrame]] = {"places": [], "results": [], "notes": [], "failed": []}
        self._rows: list[tuple[object, ...]] = []

    def add(self, results: list[Resolved]) -> None:
        """The next combinations."""
        leaves: dict[tuple[int, int | None], int] = {}
        places = [self._leaf(r, leaves) for r in results]
        at = range(self.number, self.number + len(results))
        self._part("places", self._rows, PLACES)
        self._part("results", [(p, r.reason or None, r.level if r.reason else None) for p, r in zip(places, results, strict=True)], RESULTS)  # fmt: skip
        self._part("notes", [(i, n.code, n.level) for i, r in zip(at, results, strict=True) for n in r.notes], NOTES)
        failed = [(i, r.parent, r.code, r.name) for i, r in zip(at, results, strict=True) if r.reason]
        self._part("failed", failed, FAILED)
        self.number, self._rows = self.number + len(results), []

    def _part(self, name: str, rows: Sequence[tuple[object, ...]], kinds: Kinds) -> None:
        if not rows and self._parts[name]:
            return
        columns = zip(*rows, strict=True) if rows else [()] * len(kinds)
        self._parts[name].append(
            pl.DataFrame([pl.Series(n, c, dtype=k) for (n, k), c in zip(kinds.items(), columns, strict=True)])
        )

    def _leaf(self, result: Resolved, leaves: dict[tuple[int, int | None], int]) -> int | None:
        decided = {n.level for n in result.notes if n.code == DECIDED} if result.notes else ()
        row: int | None = None
        for place in result.chain:
            key = (id(place), row)
            known = leaves if place.level == self.finest else self._known
            if (found := known.get(key)) is None:
                found = known[key] = self._new(place, row, place.level in decided)
                if known is self._known:
                    self._kept.append(place)
            row = found
        return row

    def _new(self, p: Place, above: int | None, is_decided: bool) -> int:
        en, ru, ky = p.names
        self._rows.append((above, p.code, p.level, p.parent, en, None if ru == en else ru, None if ky == en else ky,
                           p.delivered_code, p.in_gazetteer, is_decided))  # fmt: skip
        self.height += 1
        return self.height - 1

    def found(self) -> FoundPlaces:
        """All that was added."""
        whole = {name: pl.concat(parts, rechunk=True) for name, parts in self._parts.items()}
        return FoundPlaces(**whole)


__all__ = ["DECIDED", "FoundPlaces", "Gathered"]
