"""The risk that a respondent of a person-level file is found again: sdcMicro's individual risk, and what it adds up to.

Only the measure belongs here (Benedetti and Franconi: the mean of 1/F, given f in the sample and the sampling rate). Which
columns are keys is told where a file is made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.disclosure.system import Floats

TERMS = 80  # of the series: each is at most half of the one before (p ≥ ½), or 1 / C(f + n, n) (f ≥ LARGE)
LARGE = 50


@dataclass(frozen=True)
class GlobalRisk:
    """Of a whole file: the mean of the individual risks, and how many people are expected to be found again."""

    mean: float
    expected: float
    highest: float


def individual_risk(frequency: Floats, population: Floats) -> Floats:
    """r = p^f / f · ₂F₁(f, f; f + 1; 1 − p) with p = f / F; 1 / f where the whole population was asked.

    By Euler's transformation r = p · I(f), I(f) = 1/f · ₂F₁(1, 1; f + 1; 1 − p) = ∫₀¹ u^(f−1) / (p + (1 − p) u) du, all of it
    positive. Population frequencies below the sample's (weights under 1) count as the sample's.
    """
    f = np.asarray(frequency, dtype=np.float64)
    rate = np.minimum(1.0, f / np.maximum(np.asarray(population, dtype=np.float64), f))
    steps = (rate < 0.5) & (f < LARGE)
    risk = np.empty(len(f))
    risk[~steps] = (rate * _series(f, 1 - rate))[~steps]
    risk[steps] = rate[steps] * _in_steps(f[steps], rate[steps])
    return np.clip(risk, 0.0, 1.0)


def _series(f: Floats, rest: Floats) -> Floats:
    """I(f) as the series of ₂F₁(1, 1; f + 1; rest): fast where rest ≤ ½ or f is large."""
    term = 1 / f
    total = term.copy()
    for n in range(TERMS):
        term = term * rest * (n + 1) / (f + 1 + n)
        total += term
    return np.asarray(total, dtype=np.float64)


def _in_steps(f: Floats, rate: Floats) -> Floats:
    """I(1) = log(1/p) / (1 − p), I(n + 1) = (1/n − p I(n)) / (1 − p): safe where p < ½, an error gets smaller with each step."""
    value = -np.log(rate) / (1 - rate)
    for n in range(1, int(f.max(initial=1.0))):
        value = np.where(f > n, (1 / n - rate * value) / (1 - rate), value)
    return np.asarray(value, dtype=np.float64)


def global_risk(risk: Floats) -> GlobalRisk:
    """What the individual risks add up to; a file without respondents has no risk."""
    if not len(risk):
        return GlobalRisk(0.0, 0.0, 0.0)
    return GlobalRisk(float(risk.mean()), float(risk.sum()), float(risk.max()))
