"""Variances of complex samples by Taylor linearisation: an estimate's scores in, its variance out, stage by stage.

Only the sum over strata and units belongs here (R: svyrecvar); which scores an estimate has is in `estimators.py`.
"""

from __future__ import annotations

import numpy as np

from warehouse.survey.codes import sums
from warehouse.survey.sample import Adjustment, Sample
from warehouse.survey.stages import CENSUS, Stage
from warehouse.survey.table import Bools, Floats


def variances(sample: Sample, scores: Floats, kept: Bools) -> Floats:
    """The variance of the weighted sum of each column of scores. Rows that are not kept stay in the design with 0.

    `kept` is what an estimate is about (domain, and answered): all units of the sample remain in the draw.
    """
    values = np.where(kept[:, None], scores, 0.0) * sample.weights[:, None]
    if sample.adjustment is not None:
        values, kept = _residuals(sample.adjustment, values), np.ones_like(kept)
    total = np.zeros(values.shape[1])
    for stage in sample.stages:
        total += _of_stage(stage, sample.lonely, values, kept)
    return total


def _of_stage(stage: Stage, rule: str, values: Floats, kept: Bools) -> Floats:
    """Between the units of each stratum, times the share of it that was left out and the reach of the stage."""
    totals = sums(stage.units, values, len(stage.strata))
    means = sums(stage.strata, totals, len(stage.size)) / stage.size[:, None]
    if rule == "adjust":  # a single unit has no mean to differ from but that of the whole, which is 0
        means[stage.size == 1] = 0.0
    squares = sums(stage.strata, (totals - means[stage.strata]) ** 2, len(stage.size))
    size = stage.size
    scale = stage.reach * stage.left_out * np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)
    if rule == "average":
        scale = scale * _stand_in(stage, kept)
    with np.errstate(invalid="ignore"):
        found: Floats = scale @ squares
    return found


def _stand_in(stage: Stage, kept: Bools) -> Floats:
    """By how much the strata of a parent count more, so that their mean stands in for strata with a single unit."""
    met = np.bincount(stage.row_strata, kept, len(stage.size)) > 0
    seen = met & ~((stage.size == 1) & (stage.left_out >= CENSUS))
    groups = int(stage.parents.max()) + 1
    all_of, those_seen = (np.bincount(stage.parents, which, groups) for which in (met, seen))
    with np.errstate(all="ignore"):
        more = np.where(all_of > 0, all_of / those_seen, 1.0)  # infinite where no stratum of the parent can be seen
    return np.asarray(more[stage.parents])


def _residuals(adjustment: Adjustment, values: Floats) -> Floats:
    """What post-stratification left to chance: weighted scores less the mean score of their group."""
    groups = int(adjustment.groups.max()) + 1
    share = np.divide(
        adjustment.before, adjustment.after, out=np.zeros_like(adjustment.before), where=adjustment.after > 0
    )
    means = (
        sums(adjustment.groups, values * share[:, None], groups)
        / sums(adjustment.groups, adjustment.before, groups)[:, None]
    )
    left: Floats = values - means[adjustment.groups] * adjustment.after[:, None]
    return left
