"""Who looks like whom in a person-level file: frequencies of keys, k-anonymity and l-diversity.

A missing value is a wildcard: it agrees with every value, as in sdcMicro. Answers are whole-number codes here, −1 where missing;
what they mean and where they come from does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.disclosure.system import Bools, Floats, Ints

MISSING = -1
CHUNK = 512  # patterns compared at a time


@dataclass(frozen=True)
class Classes:
    """Respondents by pattern of their keys, and which patterns agree with which."""

    pattern: Ints  # per respondent
    agree: Bools  # pattern × pattern


def classes(keys: Ints) -> Classes:
    """Patterns of the keys (respondents × keys) and who agrees with whom: the same value, or either one missing."""
    if keys.shape[1] == 0:
        return Classes(np.zeros(len(keys), dtype=np.int64), np.ones((1, 1), dtype=np.bool_))
    patterns, pattern = np.unique(keys, axis=0, return_inverse=True)
    agree = np.empty((len(patterns), len(patterns)), dtype=np.bool_)
    for start in range(0, len(patterns), CHUNK):
        some = patterns[start : start + CHUNK, None, :]
        same = (some == patterns) | (some == MISSING) | (patterns == MISSING)
        agree[start : start + CHUNK] = same.all(axis=2)
    return Classes(pattern.reshape(-1), agree)


def frequencies(keys: Ints, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Per respondent: how many of the sample agree with him or her (f), and how many people they stand for (F; without weights f)."""
    found = classes(keys)
    return sums(found, np.ones(len(keys))), sums(found, np.ones(len(keys)) if weights is None else weights)


def sums(found: Classes, values: Floats) -> Floats:
    """Per respondent the sum of a value over everybody who agrees."""
    per_pattern = np.bincount(found.pattern, weights=values, minlength=len(found.agree))
    return np.asarray((found.agree @ per_pattern)[found.pattern], dtype=np.float64)


def diversity(found: Classes, sensitive: Ints) -> Floats:
    """Per respondent how many different answers are given by those who agree; infinite where nobody's is known.

    A missing answer is none of the different ones.
    """
    values = np.unique(sensitive[sensitive != MISSING])
    kinds = np.zeros(len(found.pattern))
    for value in values:
        kinds += sums(found, (sensitive == value).astype(np.float64)) > 0
    return np.where(kinds == 0, np.inf, kinds)


def shared_by_all(found: Classes, chosen: Bools, answered: Bools) -> Bools:
    """Respondents among whose like everybody who answered chose the same option of several: then it is known of each of them."""
    who = sums(found, answered.astype(np.float64))
    return (who > 0) & (sums(found, (chosen & answered).astype(np.float64)) >= who)
