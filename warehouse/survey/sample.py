"""A sample: the rows of a table with their weights and the stages in which they were drawn, checked against the design.

What a design means for rows belongs here, and the refusals of designs that can't be true; variances are in `variance.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from warehouse.errors import MtmError
from warehouse.survey.codes import Ints, sums
from warehouse.survey.design import Design, Lonely
from warehouse.survey.stages import Stage, build_stages
from warehouse.survey.table import Bools, Floats, Table, is_missing


@dataclass(frozen=True)
class Adjustment:
    """Post-stratification: each row's group, and its weight before and after the totals were met."""

    groups: Ints
    before: Floats
    after: Floats


@dataclass(frozen=True)
class Sample:
    """A table that was drawn by a design. `notes` say what was assumed."""

    table: Table
    weights: Floats
    stages: list[Stage]
    lonely: Lonely
    adjustment: Adjustment | None = None
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, table: Table, design: Design) -> Sample:
        """The sample in a table. Raises MtmError where table and design disagree."""
        if not table.rows:
            raise MtmError("the table has no rows", where=table.name, expected="a row per respondent", code="no_rows")
        notes: list[str] = []
        stages = build_stages(table, design, notes)
        weights = _weights(table, design, stages, notes)
        adjustment = _adjusted(table, design, weights)
        counted = [stages[0].with_replacement()] if design.with_replacement else [s for s in stages if s.counts]
        _check_lonely(table, design.lonely_psu, counted, notes)
        after = weights if adjustment is None else adjustment.after
        return cls(table, after, counted, design.lonely_psu, adjustment, notes)

    def degrees_of_freedom(self, members: Bools) -> int:
        """First-stage units less strata, of those in which anybody of a domain with any weight was met."""
        first = self.stages[0]
        units = np.unique(first.units[members & (self.weights != 0)])
        return len(units) - len(np.unique(first.strata[units]))


def _weights(table: Table, design: Design, stages: list[Stage], notes: list[str]) -> Floats:
    if design.weight is not None:
        return _delivered_weights(table, design.weight)
    if not design.fpc:
        notes.append("no weight: every row counts once, so totals are those of the sample")
        return np.ones(table.rows)
    if len(design.fpc) < design.stages:
        raise MtmError(
            "weights can't be worked out: a stage has no fpc", where=table.name, expected="fpc for every stage",
            todo="add fpc columns, or a weight", code="no_weight",
        )  # fmt: skip
    return np.asarray(np.prod([stage.inverse_fractions() for stage in stages], axis=0))


def _delivered_weights(table: Table, column: str) -> Floats:
    weights = table.numbers(column, used_for="design: weight")
    for bad, what in ((np.isnan(weights), "is missing"), (weights < 0, "is negative")):
        if bad.any():
            raise MtmError(
                f"the weight {what} in {table.rows_of(bad)}", where=f"{table.name}, column {column}",
                expected="a number of 0 or more in every row", todo="complete the weights, or leave these rows out",
                code="bad_weight",
            )  # fmt: skip
    if not weights.any():
        raise MtmError("every weight is 0", where=f"{table.name}, column {column}", code="bad_weight")
    return weights


def _adjusted(table: Table, design: Design, weights: Floats) -> Adjustment | None:
    if design.poststrata is None:
        return None
    columns, totals = design.poststrata.columns, design.poststrata.totals
    labels = [table.labels(column, used_for="design: poststrata") for column in columns]
    missing = np.any([is_missing(column) for column in labels], axis=0)
    keys = [",".join(map(str, row)) for row in zip(*labels, strict=True)]
    unknown = np.array([key not in totals for key in keys]) & ~missing
    for bad, what in ((missing, "is missing"), (unknown, "has no total in the design")):
        if bad.any():
            raise _bad_poststratum(table, columns, f"the post-stratum {what} in {table.rows_of(bad)}")
    names = sorted(totals)
    groups = np.array([names.index(key) for key in keys], dtype=np.int64)
    before = sums(groups, weights, len(names))
    if not before.all():
        empty = names[int(np.flatnonzero(before == 0)[0])]
        raise _bad_poststratum(table, columns, f"the post-stratum {empty!r} of the design has nobody in the sample")
    factor = np.array([totals[name] for name in names]) / before
    return Adjustment(groups, weights, weights * factor[groups])


def _bad_poststratum(table: Table, columns: list[str], what: str) -> MtmError:
    return MtmError(
        what, where=f"{table.name}, column {', '.join(columns)}", expected="a total for each group of the sample",
        todo="correct poststrata in the design, or join groups", code="bad_poststratum",
    )  # fmt: skip


def _check_lonely(table: Table, rule: Lonely, stages: list[Stage], notes: list[str]) -> None:
    """A stratum with one unit says nothing of its variance: refused, or handled by the stated rule and told."""
    if len(stages[0].strata) < 2:
        raise _lonely(table, "the sample has a single unit at its first stage", "correct clusters in the design")
    for number, stage in enumerate(stages, 1):
        lonely = stage.lonely()
        if not lonely.any():
            continue
        count = f"{strata} strata have" if (strata := int(lonely.sum())) > 1 else "a stratum has"
        what = f"{count} a single unit at stage {number}: {table.rows_of(lonely[stage.row_strata])}"
        if rule == "fail":
            raise _lonely(table, what, "join strata, or set lonely_psu to remove, adjust or average in the design")
        if rule != "adjust" and not (stage.size > 1).any():
            raise _lonely(table, what, f"join strata: with lonely_psu {rule} no stratum is left to tell the variance")
        notes.append(f"{what} (lonely_psu: {rule})")


def _lonely(table: Table, what: str, todo: str) -> MtmError:
    return MtmError(what, where=table.name, expected="two units or more in a stratum", todo=todo, code="lonely_psu")
