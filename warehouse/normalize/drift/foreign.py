"""Rows that are not in the sheet's own layout: pasted in another one, or with cells moved sideways.

The verdict on rows belongs here. A row is judged only where several cells are alien to their columns at once, and best
where another place explains them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from warehouse.normalize.drift.alignment import Place, best_moves, gains_of, swapped
from warehouse.normalize.drift.cells import BLANK, Cells, Flags, Floats, Ints
from warehouse.normalize.drift.profile import Profile, alien, different, fit, learn, misfit, stricter
from warehouse.normalize.drift.relations import Relations, broken, silent
from warehouse.normalize.drift.settings import Bounds

FIRST_LOOK = 0.1  # share of a habit while foreign rows are still among those it is learned from
KEPT_MOSTLY = 0.1  # a relation that a tenth of the rows break says little of one row


@dataclass(frozen=True)
class Verdict:
    """One row, by its index, that is not in the sheet's layout. `place`: where its values stand, where that can be told."""

    row: int
    alien: int  # first column with an alien cell
    place: Place | None
    rivals: tuple[Place, ...] = ()  # other places that fit nearly as well


@dataclass(frozen=True)
class Evidence:
    """What is wrong with rows. `strong`: different alien texts and relations never broken; `weak`: `holes` in full columns, other relations."""

    wrong: Flags
    strong: Ints
    weak: Ints
    holes: Ints

    @property
    def all(self) -> Ints:
        """Both together."""
        return self.strong + self.weak


class Foreign:
    """The search in one sheet."""

    def __init__(
        self, cells: Cells, relations: Relations, counted: Flags, bounds: Bounds, learned: Foreign | None = None
    ) -> None:
        """`counted`: columns whose values are counts, so any number is at home in them.

        `learned`: the search over rows of all parts of the sheet, where these are a piece of it.
        """
        self.cells, self.relations, self.counted, self.bounds = cells, relations, counted, bounds
        self.share = bounds.alien_share.value
        self.rates = np.zeros(relations.count)
        self.rivals: dict[int, tuple[Place, ...]] = {}
        self.mixed = 0  # rows that do not fit, where they are too many to say which layout is the sheet's own
        self.learned = learned
        self._last: tuple[Profile, float, Evidence] | None = None
        if learned is None:
            self.profile = self._profile()
        else:
            self.profile, self.rates = learned.profile, learned.rates

    def verdicts(self, layouts: Callable[[], list[Place]], leave: Flags) -> list[Verdict]:
        """Rows in another layout. `layouts` gives places of other rounds; `leave`: rows that a person accepted."""
        seen = self._seen(self.share)
        rows = np.flatnonzero((seen.all >= 2) & (seen.strong + seen.holes > 0) & ~leave).astype(np.int32)
        strong = np.flatnonzero((seen.strong >= 2) & ~leave).astype(np.int32)
        if self.learned.is_mixed() if self.learned else self._too_many(len(strong)):
            self.mixed = len(strong)
        if not len(rows) or self.mixed:
            return []
        found = self._explained(rows, seen, layouts())
        found |= {int(row): None for row in strong if row not in found and self._strange(int(row), seen)}
        found |= {row: None for row in self._runs(strong, seen) if row not in found}
        found |= self._neighbours(found, seen, leave)
        return [
            Verdict(row, self._first(row, place, seen), place, self.rivals.get(row, ()))
            for row, place in sorted(found.items())
        ]

    def is_mixed(self) -> bool:
        """Whether so many rows do not fit that none of them can be called foreign."""
        return self._too_many(int((self._seen(self.share).strong >= 2).sum()))

    def _too_many(self, rows: int) -> bool:
        return rows > self.bounds.most_foreign_share.value * self.cells.height

    def kept(self) -> Relations:
        """The relations that the sheet's own rows keep: only these can speak against a row."""
        relations, keep = self.relations, self.rates <= KEPT_MOSTLY
        pairs = [pair for pair, kept in zip(relations.pairs, keep, strict=False) if kept]
        sums = [one for one, kept in zip(relations.sums, keep[len(relations.pairs) :], strict=True) if kept]
        return Relations(pairs, sums)

    def _profile(self) -> Profile:
        """Learned four times, each time without the rows that looked foreign before, and stricter."""
        trusted = np.ones(self.cells.height, bool)
        habits: Profile | None = None
        for strict, least, enough in (
            (0.6, 0.4, 3),
            (0.85, FIRST_LOOK, 2),
            (0.9, 1.5 * self.share, 2),
            (0.95, self.share, 2),
        ):
            if habits is None:
                habits = learn(self.cells, trusted, self.counted, self.bounds)
                self.rates = (self.contradictions[trusted].sum(0) + 0.5) / (trusted.sum() + 1)
            self.profile = stricter(habits, strict)
            doubtful = self._seen(least).strong >= enough
            if doubtful.mean() > 0.5:
                break
            if (doubtful == trusted).any():  # other rows are trusted from here on
                trusted, habits = ~doubtful, None
        return self.profile

    @cached_property
    def contradictions(self) -> Flags:
        """By row of the sheet and relation: the relation can be looked at and does not hold."""
        return broken(self.relations, self.cells.number[self.cells.codes])

    def _seen(self, share: float) -> Evidence:
        """What is wrong with the sheet's own rows; kept for whoever asks the same next."""
        if self._last is None or self._last[0] is not self.profile or self._last[1] != share:
            self._last = self.profile, share, self._evidence(self.cells.codes, share, None, self.contradictions)
        return self._last[2]

    def _evidence(self, codes: Ints, share: float, absent: Flags | None, contradictions: Flags) -> Evidence:
        """What is wrong with rows. `contradictions`: the relations that they break."""
        look = misfit if share >= FIRST_LOOK else alien
        wrong = look(self.cells, self.profile, codes, share)
        never, seldom = self.rates <= share, (self.rates > share) & (self.rates <= KEPT_MOSTLY)
        always = self.profile.blank <= 2 * self.share + 0.01
        holes = ((self.cells.kind[codes] == BLANK) & (always if absent is None else always & ~absent)).sum(1)
        strong = different(wrong, codes) + np.minimum(contradictions[:, never].sum(1), 2)
        return Evidence(wrong, strong, np.minimum(holes + contradictions[:, seldom].sum(1), 3), holes)

    def _explained(self, rows: Ints, before: Evidence, layouts: list[Place]) -> dict[int, Place | None]:
        """Rows that another place explains: each for itself, or several on end in the same place."""
        moves = best_moves(self.cells, self.profile, rows, int(self.bounds.most_shift.value))
        places = [*layouts, *{move.source.tobytes(): move for move in moves if move.shift}.values()]
        places += self._swaps(rows, before)
        if not places:
            return {}
        own = fit(self.cells, self.profile, self.cells.codes[rows])
        gains = np.stack([self._gain(rows, before, place, own) for place in places])
        run = np.concatenate([[0], (np.diff(rows) != 1).cumsum()])
        known = np.array([[place.rounds != ""] for place in places])
        gains += (
            known * (gains > 0) * (np.bincount(run)[run] >= self.bounds.least_run.value) * self.bounds.known_gain.value
        )
        together = np.zeros((len(places), run.max() + 1))
        np.add.at(together.T, run, gains.T)
        usable = gains > self.bounds.neighbour_gain.value
        share = np.zeros_like(together)
        np.add.at(share.T, run, usable.T)
        size = np.bincount(run)
        whole = np.where(share >= 0.9 * size, together, 0)  # one place for the run where one explains nearly all of it
        best = np.where(whole.max(0)[run] > 0, whole.argmax(0)[run], gains.argmax(0))
        gain = gains[best, np.arange(len(rows))]
        in_run = (size >= self.bounds.least_run.value) & (whole.max(0) >= 1.5 * self.bounds.least_gain.value)
        sure = (gain >= self.bounds.least_gain.value) | (in_run[run] & (gain > self.bounds.neighbour_gain.value))
        scores = np.where(whole.max(0)[run] > 0, whole[:, run], gains)
        close = (scores >= scores.max(0) - self.bounds.rival_gain.value) & (scores > 0)
        for i in np.flatnonzero(sure):
            self.rivals[int(rows[i])] = tuple(places[p] for p in np.flatnonzero(close[:, i]) if p != best[i])
        return {int(rows[i]): places[best[i]] for i in np.flatnonzero(sure)}

    def _swaps(self, rows: Ints, before: Evidence) -> list[Place]:
        """Pairs of columns that are alone wrong in a row, and households with individuals."""
        wrong = before.wrong[rows]
        two = np.unique(np.nonzero(wrong[wrong.sum(1) == 2])[1].reshape(-1, 2), axis=0)
        pairs = [(int(a), int(b)) for a, b in two] + [(p.households, p.individuals) for p in self.relations.pairs]
        pairs += list(combinations(sorted({one.total for one in self.relations.sums}), 2))
        return [swapped(self.cells.width, a, b) for a, b in dict.fromkeys(pairs)]

    def _gain(self, rows: Ints, before: Evidence, place: Place, fits: Floats) -> Floats:
        """How much better rows fit in a place, relations too; zero where it leaves too much unexplained.

        `fits`: how well they fit where they are.
        """
        cells, codes = self.cells, self.cells.codes[rows]
        placed = place.of(cells, codes)
        own, there = self.contradictions[rows], broken(self.relations, cells.number[placed])
        after = self._evidence(placed, self.share, place.source < 0 if place.rounds else None, there)
        explained = after.all <= self.bounds.left_alien.value * before.all[rows]
        if place.rounds:  # other rounds code their answers otherwise too; holes tell nothing where columns are lacking
            few = self.bounds.left_alien.value * before.strong[rows] + 1
            beyond = (cells.kind[codes[:, place.length :]] != BLANK).any(1)  # that layout has fewer columns
            explained = (after.strong <= few) & (after.all < before.all[rows]) & ~beyond
        if not explained.any():
            return np.zeros(len(rows))
        kept = np.clip(np.log((1 - self.rates) / self.rates), 0, 5)
        there &= _whole(self.relations, place)
        dodged = own & silent(self.relations, cells.number[placed])  # a number that went away mends nothing
        carried = (cells.kind[placed] != BLANK) & (place.source != np.arange(cells.width))
        explained &= (carried.sum(1) >= (1 if place.rounds else 2)) & ((place.rounds != "") | ~dodged.any(1))
        if not explained.any():
            return np.zeros(len(rows))
        gain = gains_of(cells, self.profile, rows, place, fits) + ((own & ~dodged).astype(float) - there) @ kept
        answer: Floats = np.where(explained, gain, 0)
        return answer

    def _runs(self, strong: Ints, seen: Evidence) -> list[int]:
        """Rows on end with the same alien columns; words where counts belong are judged as counts, not here."""
        wrong = seen.wrong[strong] & ~self.counted
        rows, wrong = strong[wrong.sum(1) >= 2], wrong[wrong.sum(1) >= 2]
        if not len(rows):
            return []
        common = np.concatenate([[0], (wrong[1:] & wrong[:-1]).sum(1)])
        alike = np.concatenate([[False], (np.diff(rows) == 1)]) & (common >= 2)
        run = (~alike).cumsum() - 1
        long = np.bincount(run) >= self.bounds.least_run.value
        return [int(row) for row in rows[long[run]]]

    def _strange(self, row: int, seen: Evidence) -> bool:
        """No place explains it, and still too much is alien: in columns of different kinds, so no word for missing is it."""
        columns = np.flatnonzero(seen.wrong[row])
        kinds = {int(self.profile.main_kind[j]) for j in columns}
        return seen.strong[row] >= self.bounds.least_alien.value and len(kinds) >= self.bounds.least_alien_columns.value

    def _neighbours(self, found: dict[int, Place | None], seen: Evidence, leave: Flags) -> dict[int, Place | None]:
        """Rows next to found ones that fit the same place better, or have the same alien columns: a pasted block is whole."""
        more: dict[int, Place | None] = {}
        everyone = np.arange(self.cells.height, dtype=np.int32)
        fits: dict[bytes, Flags] = {}
        placed = any(place is not None for place in found.values())
        own = fit(self.cells, self.profile, self.cells.codes) if placed else np.zeros((0, 0))
        for row, place in found.items():
            if place is not None and place.source.tobytes() not in fits:
                gain = gains_of(self.cells, self.profile, everyone, place, own)
                fits[place.source.tobytes()] = gain > self.bounds.neighbour_gain.value
            for step in (-1, 1):
                near = row + step
                while 0 <= near < self.cells.height and not (leave[near] or near in found or near in more):
                    if place is not None and fits[place.source.tobytes()][near]:
                        more[near] = place
                    elif seen.strong[near] >= 2 and (seen.wrong[near] & seen.wrong[near - step]).any():
                        more[near] = None
                    else:
                        break
                    near += step
        return more

    def _first(self, row: int, place: Place | None, seen: Evidence) -> int:
        columns = np.flatnonzero(seen.wrong[row])
        if place is not None and (place.shift or place.swap):
            return place.start
        return int(columns[0]) if len(columns) else 0


def people_in(cells: Cells, verdict: Verdict, totals: list[int], relations: Relations) -> int | None:
    """Individuals in the totals of a row in its own layout; None where they can't be told or contradict households."""
    if verdict.place is None or not totals:
        return None
    told = {_people_at(cells, verdict.row, place, totals, relations) for place in (verdict.place, *verdict.rivals)}
    return told.pop() if len(told) == 1 else None


def _people_at(cells: Cells, row: int, place: Place, totals: list[int], relations: Relations) -> int | None:
    placed = place.of(cells, cells.codes[[row]])
    numbers, blank = cells.number[placed], cells.kind[placed[0, totals]] == BLANK
    values = numbers[0, totals]
    if place.rounds:  # a known layout may lack a total, or leave it blank, as rows of this sheet may
        values = values[~blank]
    certain = len(values) > 0 and not np.isnan(values).any() and (values >= 0).all() and (values % 1 == 0).all()
    return int(values.sum()) if certain and not _contradicted(relations, numbers, place, totals) else None


def _contradicted(relations: Relations, numbers: Floats, place: Place, totals: list[int]) -> bool:
    """More households than people, or a total that none of its sums keeps (a sum by years may miss years of that round)."""
    whole = _whole(relations, place)
    off = broken(relations, numbers)[0] & whole
    split = len(relations.pairs)
    looked = ~silent(relations, numbers)[0] & whole
    by_total: dict[int, list[int]] = {}
    for i, one in enumerate(relations.sums, split):
        if looked[i]:
            by_total.setdefault(one.total, []).append(i)
    pairs = [i for i, pair in enumerate(relations.pairs) if pair.individuals in totals]
    return bool(off[pairs].any() or any(off[sums].all() for sums in by_total.values()))


def _whole(relations: Relations, place: Place) -> Flags:
    """Relations all of whose columns the place has."""
    columns = [(p.households, p.individuals) for p in relations.pairs] + [(s.total, *s.parts) for s in relations.sums]
    return np.array([(place.source[list(c)] >= 0).all() for c in columns], dtype=bool)
