"""What an indicator is and what `indicators.yml` may say, validated by pydantic.

The shape of one indicator and of its files belongs here; putting the files of an operation together is in `load.py`.
"""

from __future__ import annotations

from typing import Literal

from warehouse.operation_files import Component, Names, Strict


class IndicatorOption(Strict):
    """One answer of an indicator."""

    code: str
    name: Names


class Comparability(Strict):
    """Some rounds of an indicator (`rounds: "1-3"`, `"4-"`, `"2"`): one series, comparable among themselves."""

    rounds: str
    series: str = "1"
    limited: bool = False
    reason: Names | None = None

    def holds(self, number: int) -> bool:
        """Whether the round is among them."""
        first, dash, last = self.rounds.partition("-")
        return int(first) <= number <= (int(last or 10**6) if dash else int(first))


class Indicator(Strict):
    """One indicator of the survey (`indicators.yml`)."""

    code: str
    component: Component
    name: Names
    definition: str
    denominator: str
    unit: str = "share"
    kind: Literal["single", "multiple", "number"] = "single"
    question: str
    options: list[IndicatorOption] = []
    comparability: list[Comparability] = []

    def standing(self, number: int) -> Comparability:
        """The series that a round stands in; without a word all rounds are one series."""
        return next((c for c in self.comparability if c.holds(number)), Comparability(rounds=str(number)))


class Indicators(Strict):
    """The file `indicators.yml`."""

    indicators: list[Indicator] = []
