"""The steps that make a person-level file safe, in a stated order, and the measure of whether it is.

Order: (1) ages, places and numbers are coarse already; (2) rare answers of a key become `other`; (3) single values of keys are blanked
until everybody looks like k − 1 others; (4) sensitive answers are blanked that all who look alike share; (5) where too much would be
blanked or the risk stays too high, the least important key is left out and (2) begins again. A blank counts as an answer of its own, so
that all demands hold however blanks are read (as wildcards they only make more people look alike). Reading and writing are elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from warehouse.disclosure.anonymity import MISSING, Classes, classes, diversity, frequencies, shared_by_all
from warehouse.disclosure.people import LIST, Columns
from warehouse.disclosure.risk import GlobalRisk, global_risk, individual_risk
from warehouse.disclosure.system import Floats, Ints

OTHER = "other"
RARE = 0.02  # of the respondents: a key's answer given by fewer becomes `other`


@dataclass(frozen=True)
class Demands:
    """What a person-level file must keep."""

    k: int = 5
    diverse: int = 2
    risk: float = 0.03  # the global risk stays below it
    blanked: float = 0.1  # no more of a column than this is blanked


@dataclass(frozen=True)
class Measured:
    """The numbers of a file: the smallest group that looks alike, the fewest sensitive answers in one, and the risk."""

    respondents: int
    k: int
    diverse: int | None  # None: no sensitive answer is told
    risk: GlobalRisk
    blanked: dict[str, int]

    def fails(self, demands: Demands) -> list[str]:
        """What of the demands does not hold, in words."""
        found = [f"k is {self.k}, at least {demands.k} is needed"] if self.k < demands.k else []
        if self.diverse is not None and self.diverse < demands.diverse:
            found.append(f"l is {self.diverse}, at least {demands.diverse} is needed")
        if not self.risk.mean < demands.risk:
            found.append(f"the global risk is {self.risk.mean:.2%}, less than {demands.risk:.0%} is needed")
        for column, cells in self.blanked.items():
            if cells > demands.blanked * self.respondents:
                found.append(f"{cells} of {self.respondents} answers of {column} would be blanked")
        return found


@dataclass
class PeopleFile:
    """A file in the making. `weights` say how many people each respondent stands for (none: itself only)."""

    frame: pl.DataFrame
    columns: Columns
    several: frozenset[str]
    weights: Floats | None
    steps: list[str] = field(default_factory=list)

    def keys(self) -> Ints:
        """The keys as numbers: respondents × keys."""
        return np.column_stack([codes(self.frame[c]) for c in self.columns.keys])


def make_safe(file: PeopleFile, demands: Demands, *, may_leave_out: bool) -> tuple[PeopleFile, Measured]:
    """The file after as few steps as will do; where none will, the last try and its numbers."""
    keys = list(file.columns.keys)
    left_out: list[str] = []
    while True:
        columns = replace(file.columns, keys=tuple(keys))
        steps = [*file.steps, *(f"the key {name} was left out" for name in left_out)]
        tried = PeopleFile(file.frame.select(columns.all), columns, file.several, file.weights, steps)
        found = _try(tried, demands)
        if not found.fails(demands) or not may_leave_out or len(keys) == 1:
            return tried, found
        left_out.append(keys.pop())


def measure(file: PeopleFile, before: pl.DataFrame) -> Measured:
    """What the file gives away. `before`: the same rows with nothing blanked."""
    keys = file.keys()
    f, population = frequencies(keys, file.weights, wildcards=False)
    alike = classes(keys, wildcards=False)
    kinds = [_kinds(file, alike, name).min(initial=np.inf) for name in file.columns.sensitive]
    least = min(kinds, default=np.inf)
    return Measured(
        respondents=len(keys),
        k=int(f.min()) if len(f) else 0,
        diverse=int(least) if np.isfinite(least) else None,
        risk=global_risk(individual_risk(f, population)),
        blanked={c: int(file.frame[c].null_count() - before[c].null_count()) for c in file.columns.all},
    )


def codes(column: pl.Series) -> Ints:
    """Answers as numbers, in the order of their words; MISSING where there is none."""
    ranks = column.rank("dense").cast(pl.Int64) - 1
    return ranks.fill_null(MISSING).to_numpy().astype(np.int64)


def _try(file: PeopleFile, demands: Demands) -> Measured:
    for name in file.columns.keys:
        _merge_rare(file, name, demands.k)
    before = file.frame
    _blank_keys(file, demands.k)
    for name in file.columns.sensitive:
        _blank_sensitive(file, name, demands.diverse)
    found = measure(file, before)
    file.steps += [f"{cells} answers of {name} were blanked" for name, cells in found.blanked.items() if cells]
    return found


def _merge_rare(file: PeopleFile, name: str, k: int) -> None:
    counts = file.frame[name].drop_nulls().value_counts()
    few = counts.filter(pl.col("count") < max(k, RARE * file.frame.height))[name].sort().to_list()
    if len(few) > 1 or (few and OTHER in counts[name].to_list() and few != [OTHER]):
        file.frame = file.frame.with_columns(pl.when(~pl.col(name).is_in(few)).then(pl.col(name)).otherwise(
            pl.when(pl.col(name).is_not_null()).then(pl.lit(OTHER))
        ))  # fmt: skip
        file.steps.append(f"{len(few)} rare answers of {name} became {OTHER}")


def _blank_keys(file: PeopleFile, k: int) -> None:
    """Blank the least important key of those in small groups, then the next one of those who are still in one."""
    keys = file.keys()
    for place in range(keys.shape[1] - 1, -1, -1):
        keys[_groups(keys)[1] < k, place] = MISSING
        for group in _small_blanks(keys, place, k):
            _take_along(keys, group, place, k)
    _write(file, keys)


def _groups(keys: Ints) -> tuple[Ints, Ints]:
    """Per respondent the number of the group that looks alike, and its size."""
    number, size = np.unique(keys, axis=0, return_inverse=True, return_counts=True)[1:]
    return number.reshape(-1), size[number.reshape(-1)]


def _small_blanks(keys: Ints, place: int, k: int) -> list[Ints]:
    """Groups with this key blank that are still too small."""
    number, size = _groups(keys)
    found = np.unique(number[(size < k) & (keys[:, place] == MISSING)])
    return [np.flatnonzero(number == n) for n in found]


def _take_along(keys: Ints, group: Ints, place: int, k: int) -> None:
    """Blank the key of the smallest group that differs in it only, when that is cheaper than to blank the next key of both."""
    one = keys[group[0]]
    alike = np.delete(keys == one, place, axis=1).all(axis=1) & (keys[:, place] != MISSING)
    if not alike.any():
        return
    values, sizes = np.unique(keys[alike, place], return_counts=True)
    least = int(np.argmin(sizes))
    if place == 0 or sizes[least] <= 2 * k:
        keys[alike & (keys[:, place] == values[least]), place] = MISSING


def _write(file: PeopleFile, keys: Ints) -> None:
    gone = {c: pl.Series(keys[:, k] == MISSING) for k, c in enumerate(file.columns.keys)}
    file.frame = file.frame.with_columns(pl.when(~gone[c]).then(pl.col(c)).alias(c) for c in file.columns.keys)


def _kinds(file: PeopleFile, alike: Classes, name: str) -> Floats:
    """Per respondent how many answers those have who look alike; 1 where all of them chose the same option of several."""
    column = file.frame[name]
    kinds = diversity(alike, codes(column))
    if name in file.several:
        answered = column.is_not_null().to_numpy()
        lists = column.fill_null("").str.split(LIST)
        options = sorted(set(lists.explode().drop_nulls()) - {""})
        if options:
            chosen = np.column_stack([lists.list.contains(option).to_numpy() for option in options])
            kinds = np.where(shared_by_all(alike, chosen, answered), np.minimum(kinds, 1), kinds)
    return kinds


def _blank_sensitive(file: PeopleFile, name: str, diverse: int) -> None:
    """Blank the answers of groups in which too few different ones are given."""
    alike = classes(file.keys(), wildcards=False)
    gone = np.asarray(_kinds(file, alike, name) < diverse, dtype=np.bool_)
    file.frame = file.frame.with_columns(pl.when(~pl.Series(gone)).then(pl.col(name)).alias(name))
