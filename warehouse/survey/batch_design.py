"""The design of a whole survey round as integer codes: units, strata, sampling units, weights, domains, and what each
stratum contributes to a variance.

What depends on the sample and its domains alone belongs here, made once per round; answers are in `batch.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from warehouse.errors import MtmError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Sparse = Any  # scipy's matrices have no types that mypy knows

SELF_REPRESENTING = 1e-7  # a stratum of which less than this share was left out adds nothing


@dataclass(frozen=True)
class Sample:
    """One entry per unit: code of its stratum, of its primary sampling unit, its weight.

    `fpc`: sampling units in the population of the stratum, or a fraction of at most 1 that was drawn; NaN: not known.
    """

    stratum: Ints
    psu: Ints
    weight: Floats
    fpc: Floats


@dataclass(frozen=True)
class Domains:
    """Who belongs where: codes of units and of domains. `count`: how many domains there are."""

    unit: Ints
    domain: Ints
    count: int


@dataclass(frozen=True)
class Design:
    """A sample with its domains. `lonely_psu`: fail, remove, adjust or average."""

    sample: Sample
    domains: Domains
    lonely_psu: str = "adjust"

    def prepare(self) -> None:
        """Make what the estimates of all options share, before several of them are worked on at once."""
        for name, made in vars(type(self)).items():
            if isinstance(made, cached_property):
                getattr(self, name)

    @cached_property
    def members(self) -> tuple[Ints, Ints, Ints]:
        """Unit, pair and domain of each membership, ordered by unit; a pair is a sampling unit in a domain."""
        # Who counts for nothing (weight 0) stays in the design and is in no domain's figures.
        kept = self.sample.weight[self.domains.unit] > 0
        unit, domain = self.domains.unit[kept], self.domains.domain[kept]
        order = np.argsort(unit, kind="stable")
        unit, domain = unit[order], domain[order]
        stratum, psu = self.sample.stratum[unit], self.sample.psu[unit]
        # Pairs are numbered by domain, then stratum: what is summed together stands together.
        key = (domain.astype(np.int64) * self.strata + stratum) * (int(self.sample.psu.max(initial=0)) + 1) + psu
        return short(unit), short(np.unique(key, return_inverse=True)[1].ravel()), short(domain)

    @cached_property
    def weights_by_pair(self) -> Sparse:
        """Units × pairs: the weight of the unit in each of its pairs."""
        unit, pair, _ = self.members
        return _csr(self.sample.weight[unit], unit, pair, (len(self.sample.weight), self.pairs))

    @cached_property
    def units_by_domain(self) -> Sparse:
        """Units × domains: 1 for a member."""
        unit, _, domain = self.members
        return _csr(np.ones(len(unit)), unit, domain, (len(self.sample.weight), self.domains.count))

    @cached_property
    def weights_by_domain(self) -> Sparse:
        """Units × domains: the weight of a member."""
        unit, _, domain = self.members
        return _csr(self.sample.weight[unit], unit, domain, (len(self.sample.weight), self.domains.count))

    @cached_property
    def even_weight(self) -> float:
        """The weight of everybody, where it is one; else 0."""
        weights = self.sample.weight[self.sample.weight > 0]
        return float(weights[0]) if len(weights) and (weights == weights[0]).all() else 0.0

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return int(self.members[1].max(initial=-1)) + 1

    @cached_property
    def pair_domain(self) -> Ints:
        """The domain of each pair."""
        return self._of_pair(self.members[2])

    @cached_property
    def pair_stratum(self) -> Ints:
        """The stratum of each pair."""
        return self._of_pair(self.sample.stratum[self.members[0]])

    def _of_pair(self, values: Ints) -> Ints:
        found = np.empty(self.pairs, dtype=np.int64)
        found[self.members[1]] = values
        return found

    @cached_property
    def psus(self) -> Ints:
        """Sampling units of each stratum in the sample, whether anybody of a domain was met there or not."""
        pairs = np.unique(self.sample.stratum * (self.sample.psu.max(initial=0) + 1) + self.sample.psu)
        return np.bincount(pairs // (self.sample.psu.max(initial=0) + 1), minlength=self.strata)

    @property
    def strata(self) -> int:
        """How many strata there are."""
        return int(self.sample.stratum.max(initial=-1)) + 1

    @cached_property
    def is_lonely(self) -> NDArray[np.bool_]:
        """Strata with one sampling unit that don't represent themselves alone."""
        lonely = (self.psus == 1) & (self.left_out >= SELF_REPRESENTING)
        if self.lonely_psu == "fail" and lonely.any():
            raise MtmError(
                f"{int(lonely.sum())} strata of the sample have one sampling unit only", where="the survey's design",
                expected="two sampling units in every stratum, or a rule for lonely ones",
                todo="join strata, or set lonely_psu to remove, adjust or average", code="lonely_psu",
            )  # fmt: skip
        found: NDArray[np.bool_] = lonely
        return found

    @cached_property
    def left_out(self) -> Floats:
        """The share of each stratum's population of sampling units that was not drawn: 1 where it is not known."""
        fpc = np.full(self.strata, np.nan)
        fpc[self.sample.stratum] = self.sample.fpc
        several = ~np.isclose(fpc[self.sample.stratum], self.sample.fpc, equal_nan=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = np.where(fpc <= 1, fpc, self.psus / fpc)
        if (drawn > 1).any() or several.any():
            raise MtmError(
                "a stratum has several population counts, or more sampling units in the sample than in the population", where="the survey's design",
                expected="a population count of sampling units, or a fraction of at most 1", todo="correct fpc", code="bad_fpc",
            )  # fmt: skip
        return np.where(np.isnan(drawn), 1.0, 1 - drawn)

    @cached_property
    def scale(self) -> Floats:
        """What a squared deviation of a sampling unit counts for, by stratum: n / (n - 1) × the share left out."""
        with np.errstate(divide="ignore"):
            scale = np.where(self.psus > 1, self.psus / (self.psus - 1.0), 1.0) * self.left_out
        kept = self.lonely_psu == "adjust"
        scale = np.where(self.is_lonely & (not kept), 0.0, scale)
        return np.where(self.left_out < SELF_REPRESENTING, 0.0, scale)

    @cached_property
    def centre(self) -> Floats:
        """What the squared sum of a stratum takes off again: scale / n; nothing where a lonely unit meets the whole."""
        return np.where(self.psus > 1, self.scale / np.maximum(self.psus, 1), 0.0)

    @cached_property
    def cells(self) -> tuple[Ints, Ints, Ints]:
        """Strata in domains, as far as they are met: the first pair of each cell, its stratum and its domain."""
        key = self.pair_domain * self.strata + self.pair_stratum
        first = np.flatnonzero(np.diff(key, prepend=-1))
        return first, self.pair_stratum[first], self.pair_domain[first]

    def by_cell(self, by_pair: Floats) -> Floats:
        """Rows × cells: sums the sampling units of each stratum in each domain."""
        first = self.cells[0]
        if not len(first):
            return np.zeros((by_pair.shape[0], 0))
        summed: Floats = np.add.reduceat(by_pair, first, axis=1)
        return summed

    @cached_property
    def cell_by_domain(self) -> Sparse:
        """Cells × domains: sums strata to domains."""
        _, stratum, domain = self.cells
        return _csr(np.ones(len(stratum)), np.arange(len(stratum)), domain, (len(stratum), self.domains.count))

    @cached_property
    def degrees_of_freedom(self) -> Ints:
        """Sampling units less strata in which anybody of the domain was met, by domain."""
        psus = np.bincount(self.pair_domain, minlength=self.domains.count)
        return psus - np.bincount(self.cells[2], minlength=self.domains.count)

    @cached_property
    def sizes(self) -> Ints:
        """Members of each domain."""
        return np.bincount(self.members[2], minlength=self.domains.count)


def short(codes: Ints) -> Any:
    """The same codes in half the room: of millions of respondents there are many."""
    found: Any = codes.astype(np.int32) if codes.max(initial=0) < 2**31 else codes
    return found


def _csr(data: Floats, row: Ints, column: Ints, shape: tuple[int, int]) -> Sparse:
    return sparse.csr_matrix((data, (row, column)), shape=shape)
