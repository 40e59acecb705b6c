"""The stages in which a sample was drawn: which unit and stratum a row is in, how many were drawn of how many.

Only the structure of the draw belongs here. Labels are nested: cluster 1 of two strata are two units.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from warehouse.errors import MtmError
from warehouse.survey.codes import Ints, combined, first_of, label_codes
from warehouse.survey.design import Design
from warehouse.survey.table import Bools, Floats, Table, is_missing

CENSUS = 1e-7  # a stratum of which less than this was left out has no variance


@dataclass(frozen=True)
class Stage:
    """One stage. A stratum lies within one unit of the stage before; all numbers count from 0."""

    units: Ints  # row → unit
    row_strata: Ints  # row → stratum
    strata: Ints  # unit → stratum
    size: Floats  # stratum → units drawn
    population: Floats  # stratum → units there are; infinite where drawn with replacement or unknown
    parents: Ints  # stratum → unit of the stage before
    reach: Floats  # stratum → product of the sampling fractions above, by which its variance counts

    @property
    def left_out(self) -> Floats:
        """1 − sampling fraction, by stratum."""
        return np.asarray(1 - self.size / self.population)

    @property
    def counts(self) -> bool:
        """Whether the variance of this stage adds anything to that of the stages above."""
        return bool((self.reach > 0).any())

    def lonely(self) -> Bools:
        """Strata with one unit, where that is not all there are."""
        return np.asarray((self.size == 1) & (self.left_out >= CENSUS) & (self.reach > 0))

    def with_replacement(self) -> Stage:
        """The same draw as if units could come twice: no population size, and what is below it is in its units' sums."""
        return replace(self, population=np.full(len(self.size), np.inf))

    def inverse_fractions(self) -> Floats:
        """Population ÷ drawn, by row."""
        return np.asarray((self.population / self.size)[self.row_strata])


def build_stages(table: Table, design: Design, notes: list[str]) -> list[Stage]:
    """All stages of a design, from the first draw down. Raises MtmError where a row has no unit or sizes contradict."""
    sizes = _read_sizes(table, design)
    fractions = any((values < 1).any() for values in sizes)
    above, reach = np.zeros(table.rows, dtype=np.int64), np.ones(1)
    stages: list[Stage] = []
    for number in range(design.stages):
        row_strata = _row_strata(table, design, number, above)
        units = _row_units(table, design, number, above, row_strata, notes)
        stage = _stage(above, row_strata, units, reach)
        if number < len(design.fpc):
            population = _population(table, design.fpc[number], stage, sizes[number], fractions)
            stage = replace(stage, population=population)
        stages.append(stage)
        above, reach = units, (stage.reach * stage.size / stage.population)[stage.strata]
    return stages


def _row_strata(table: Table, design: Design, number: int, above: Ints) -> Ints:
    column = design.strata[number] if number < len(design.strata) else None
    return above if column is None else combined(above, _codes(table, column, "strata"))


def _row_units(table: Table, design: Design, number: int, above: Ints, strata: Ints, notes: list[str]) -> Ints:
    if not design.clusters:
        return np.arange(table.rows)
    labels = _codes(table, design.clusters[number], "clusters")
    units, flat = combined(strata, labels), combined(above, labels)
    if (spread := units.max() - flat.max()) > 0:
        column = design.clusters[number]
        if not design.nest:
            first = first_of(flat, strata, int(flat.max()) + 1)
            raise MtmError(
                f"a cluster is in two strata in {table.rows_of(strata != first[flat])}", where=f"{table.name}, column {column}",
                expected="each cluster in one stratum", code="cluster_in_two_strata",
                todo="correct the rows; or leave out nest: labels that come again in another stratum are then other units",
            )  # fmt: skip
        notes.append(f"labels of {column} that come again in another stratum are taken as other units ({spread})")
    return units


def _codes(table: Table, column: str, key: str) -> Ints:
    labels = table.labels(column, used_for=f"design: {key}")
    if (missing := is_missing(labels)).any():
        raise MtmError(
            f"{column} is missing in {table.rows_of(missing)}", where=f"{table.name}, column {column}",
            expected=f"{key} for every row", todo="complete the rows, or leave them out with a reason",
            code="row_without_unit",
        )  # fmt: skip
    return label_codes(labels)


def _stage(above: Ints, row_strata: Ints, units: Ints, reach: Floats) -> Stage:
    strata = first_of(units, row_strata, int(units.max()) + 1)
    size = np.bincount(strata).astype(np.float64)
    parents = first_of(row_strata, above, len(size))
    return Stage(units, row_strata, strata, size, np.full(len(size), np.inf), parents, reach[parents])


def _read_sizes(table: Table, design: Design) -> list[Floats]:
    """The fpc columns: all are counts of units, or all are fractions."""
    sizes = [table.numbers(column, used_for="design: fpc", endless=True) for column in design.fpc]
    for column, values in zip(design.fpc, sizes, strict=True):
        if (bad := np.isnan(values) | (values <= 0)).any():
            raise _bad_fpc(table, column, f"the fpc is missing or not above 0 in {table.rows_of(bad)}")
    if any((values < 1).any() for values in sizes):
        for column, values in zip(design.fpc, sizes, strict=True):
            if (counts := values > 1).any():
                raise _bad_fpc(
                    table, column, f"fpc mixes counts and fractions: a count stands in {table.rows_of(counts)}"
                )
    return sizes


def _population(table: Table, column: str, stage: Stage, values: Floats, fractions: bool) -> Floats:
    known = first_of(stage.row_strata, values, len(stage.size))
    if (other := values != known[stage.row_strata]).any():
        raise _bad_fpc(table, column, f"the fpc differs within a stratum: {table.rows_of(other)}")
    if fractions:
        return np.asarray(stage.size / known)
    if (small := known < stage.size).any():
        where = table.rows_of(small[stage.row_strata])
        raise _bad_fpc(table, column, f"the fpc is smaller than the number of units drawn: {where}")
    return np.asarray(known)


def _bad_fpc(table: Table, column: str, what: str) -> MtmError:
    return MtmError(
        what, where=f"{table.name}, column {column}", code="bad_fpc",
        expected="for each stratum (below the first stage: each unit) how many units it has, or the fraction drawn",
        todo="correct the column, or fpc in the design",
    )  # fmt: skip
