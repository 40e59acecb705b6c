"""Survey rounds at random for the tests of the batch estimator, and the same figures worked out one cell at a time.

Making a round and the plain form of the formulas belong here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from warehouse.survey.batch import Answers, Cells, Design, Domains, Options, Sample, estimate_all

CHOICES, TICK, NUMBER = 3, 3, 4  # options 0 to 2 are a single choice, 3 a multiple choice, 4 a number


@dataclass(frozen=True)
class Round:
    """A sample with one question of each kind; NaN where nobody answered."""

    stratum: NDArray[np.int64]
    psu: NDArray[np.int64]
    weight: NDArray[np.float64]
    fpc: NDArray[np.float64]
    domain: NDArray[np.int64]
    choice: NDArray[np.float64]
    tick: NDArray[np.float64]
    number: NDArray[np.float64]
    lonely_psu: str = "adjust"

    def rows(self, order: NDArray[np.int64]) -> Round:
        """The same respondents in another order."""
        arrays = {k: v[order] for k, v in vars(self).items() if isinstance(v, np.ndarray)}
        return replace(self, **arrays)

    def estimates(self) -> dict[tuple[int, int, int], dict[str, float]]:
        """(option, statistic, domain) to figures. Domain 0 is everybody, 1 + d are the others, 9 everybody once more."""
        return by_cell(self.cells())

    def cells(self) -> Cells:
        """What the batch says."""
        units = np.arange(len(self.weight))
        domains = Domains(
            np.concatenate([units, units, units]), np.concatenate([units * 0, 1 + self.domain, units * 0 + 9]), 10
        )
        said = [np.flatnonzero(~np.isnan(v)) for v in (self.choice, self.tick, self.number)]
        answers = Answers(
            np.concatenate(said),
            np.concatenate([self.choice[said[0]].astype(int), said[1] * 0 + TICK, said[2] * 0 + NUMBER]),
            np.concatenate([np.ones(len(said[0])), self.tick[said[1]], self.number[said[2]]]),
        )
        options = Options(np.array([0, 0, 0, 1, 2]), np.array([0, 0, 0, 1, 2]))
        sample = Sample(self.stratum, self.psu, self.weight, self.fpc)
        return estimate_all(Design(sample, domains, self.lonely_psu), options, answers)


def by_cell(cells: Cells) -> dict[tuple[int, int, int], dict[str, float]]:
    """(option, statistic, domain) to its figures."""
    names = [n for n in vars(cells) if n not in ("option", "statistic", "domain")]
    keys = zip(cells.option.tolist(), cells.statistic.tolist(), cells.domain.tolist(), strict=True)
    return {key: {n: float(getattr(cells, n)[i]) for n in names} for i, key in enumerate(keys)}


def at_random(seed: int, *, size: int = 120, strata: int = 3, lonely: bool = False, fpc: bool = False) -> Round:
    """A stratified sample of clusters with weights, skipped questions and a domain that some strata lack."""
    draw = np.random.default_rng(seed)
    stratum = draw.integers(0, strata, size)
    inside = np.where(lonely & (stratum == 0), 0, draw.integers(0, 4, size))
    psu = np.unique(stratum * 4 + inside, return_inverse=True)[1]
    number = np.where(draw.random(size) < 0.1, np.nan, np.round(draw.gamma(2, 8, size)) + psu)
    return Round(
        stratum, psu, draw.uniform(0.5, 3, size), np.where(fpc, 9.0 + 3 * stratum, np.nan),
        np.where(stratum == strata - 1, 0, draw.integers(0, 3, size)),
        np.where(draw.random(size) < 0.15, np.nan, draw.integers(0, CHOICES, size)),
        np.where(draw.random(size) < 0.3, np.nan, (draw.random(size) < 0.25).astype(float)), number,
    )  # fmt: skip


def plain(made: Round, values: NDArray[np.float64], inside: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean of `values` among `inside` and its standard error, straight from the definition, stratum by stratum."""
    counted = inside & ~np.isnan(values)
    weight = np.where(counted, made.weight, 0.0)
    total = weight.sum()
    mean = float((weight * np.where(counted, values, 0.0)).sum() / total)
    influence = weight * np.where(counted, values - mean, 0.0) / total
    variance = 0.0
    for stratum in np.unique(made.stratum):
        mine = made.stratum == stratum
        units = np.array([influence[mine & (made.psu == p)].sum() for p in np.unique(made.psu[mine])])
        n, population = len(units), made.fpc[mine][0]
        left = 1.0 if np.isnan(population) else 1 - n / population
        if n > 1:
            variance += left * n / (n - 1) * ((units - units.mean()) ** 2).sum()
        elif made.lonely_psu == "adjust":
            variance += left * float(units[0] ** 2)
    return mean, float(np.sqrt(variance))
