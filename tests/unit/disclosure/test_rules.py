"""Primary rules: few people, nobody and everybody, dominance, and the p % rule."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from warehouse.disclosure.rules import Dominance, PrimaryRules, dominated, guessable, nobody_or_everybody, small


def test_few_people_are_one_to_one_below_the_threshold() -> None:
    assert small(np.array([0.0, 1, 4, 5, 6]), 5).tolist() == [False, True, True, False, False]


def test_nobody_and_everybody_of_those_asked() -> None:
    values, bases = np.array([0.0, 12, 5, 0]), np.array([12.0, 12, 12, 0])
    assert nobody_or_everybody(values, bases).tolist() == [True, True, False, False]


def test_dominance_of_the_largest_contributors() -> None:
    cells = np.array([0, 1, 0, 1, 0, 1, 2])
    parts = np.array([80.0, 30, 10, 30, 10, 40, 0])
    assert dominated(cells, parts, 4, Dominance(contributors=1, share=0.75)).tolist() == [True, False, False, False]
    assert dominated(cells, parts, 4, Dominance(contributors=2, share=0.75)).tolist() == [True, False, False, False]
    assert dominated(cells, parts, 4, Dominance(contributors=2, share=0.69)).tolist() == [True, True, False, False]


def test_the_second_contributor_must_not_guess_the_first() -> None:
    cells = np.array([0, 0, 0, 1, 1, 1, 2])
    parts = np.array([100.0, 60, 9, 100, 60, 10, 50])
    # What is left beside the two largest must be at least 10 % of the largest; a lone contributor is always known.
    assert guessable(cells, parts, 4, 0.1).tolist() == [True, False, True, False]


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValidationError):
        PrimaryRules(treshold=3)  # type: ignore[call-arg]
