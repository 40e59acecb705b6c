"""Who looks like whom in a person-level file: frequencies of keys, k-anonymity and l-diversity.

A missing value is a wildcard that agrees with every value, as in sdcMicro; or, counted strictly, an answer like any other. Answers are
whole-number codes here, −1 where missing; what they mean and where they come from does not belong here.
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
    count: int  # of patterns
    agree: Floats | None  # pattern × pattern: 1 where they agree, else 0; None: each one with itself only

    def gathered(self, per_pattern: Floats) -> Floats:
        """Per respondent the sum over the patterns that agree with his or hers."""
        return np.asarray(
            (per_pattern if self.agree is None else self.agree @ per_pattern)[self.pattern], dtype=np.float64
        )


def classes(keys: Ints, *, wildcards: bool = True) -> Classes:
    """Patterns of the keys (respondents × keys) and who agrees with whom: the same value, or (with wildcards) either one missing."""
    if keys.shape[1] == 0:
        return Classes(np.zeros(len(keys), dtype=np.int64), 1, None)
    patterns, pattern = np.unique(keys, axis=0, return_inverse=True)
    if not wildcards:
        return Classes(pattern.reshape(-1), len(patterns), None)
    agree = np.empty((len(patterns), len(patterns)))
    for start in range(0, len(patterns), CHUNK):
        some = patterns[start : start + CHUNK, None, :]
        same = (some == patterns) | (some == MISSING) | (patterns == MISSING)
        agree[start : start + CHUNK] = same.all(axis=2)
    return Classes(pattern.reshape(-1), len(patterns), agree)


def frequencies(keys: Ints, weights: Floats | None = None, *, wildcards: bool = True) -> tuple[Floats, Floats]:
    """Per respondent: how many of the sample agree with him or her (f), and how many people they stand for (F; without weights f)."""
    found = classes(keys, wildcards=wildcards)
    return sums(found, np.ones(len(keys))), sums(found, np.ones(len(keys)) if weights is None else weights)


def sums(found: Classes, values: Floats) -> Floats:
    """Per respondent the sum of a value over everybody who agrees."""
    return found.gathered(np.bincount(found.pattern, weights=values, minlength=found.count).astype(np.float64))


def diversity(found: Classes, sensitive: Ints) -> Floats:
    """Per respondent how many different answers are given by those who agree; infinite where nobody's is known.

    A missing answer is none of the different ones.
    """
    known = sensitive != MISSING
    there = np.zeros((found.count, int(sensitive.max(initial=0)) + 1))
    there[found.pattern[known], sensitive[known]] = 1
    kinds = (found.gathered(there) > 0).sum(axis=1)
    return np.where(kinds == 0, np.inf, kinds)


def shared_by_all(found: Classes, chosen: Bools, answered: Bools) -> Bools:
    """Respondents among whose like everybody who answered chose a same option (respondents × options): it is known of each."""
    per_pattern = np.zeros((found.count, chosen.shape[1] + 1))
    np.add.at(per_pattern, found.pattern, np.column_stack([chosen & answered[:, None], answered]).astype(np.float64))
    total = found.gathered(per_pattern)
    return np.asarray(((total[:, -1:] > 0) & (total[:, :-1] >= total[:, -1:])).any(axis=1), dtype=np.bool_)
