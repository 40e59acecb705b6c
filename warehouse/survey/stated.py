"""What an operation states of its surveys (`survey.yml`): design, weights, and the stocks that samples are raked to.

The shape of the file and which round's stock a survey round takes belong here; the raking itself is in `raking.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from warehouse.operation_files import Component, Strict, read_yaml


class Margin(Strict):
    """One margin to rake to: by oblast, by sex, or by both, with the stock that its totals are."""

    by: list[Literal["oblast", "sex"]] = Field(min_length=1, max_length=2)
    component: Component = "bma"
    category: str
    minimum_told: float = Field(default=0.8, ge=0, le=1)  # least part of the stock of which place and sex are told

    @model_validator(mode="after")
    def _each_once(self) -> Margin:
        if len(set(self.by)) < len(self.by):
            raise ValueError("by names one thing twice")
        return self


class Raking(Strict):
    """How weights are raked. Bounds are ratios to the weight before raking, whose mean is 1."""

    margins: list[Margin] = Field(min_length=1)
    stock_rounds: dict[int, int] = {}  # survey round to round of the stock, where the numbers differ
    minimum_cell: int = Field(default=10, ge=1)  # categories with fewer respondents are taken together
    gaps: Literal["refuse", "collapse"] = "refuse"  # a category with a stock and no respondents, or the other way
    bounds: tuple[float, float] = (0.3, 3.0)
    max_iterations: int = Field(default=500, ge=1)
    tolerance: float = Field(default=1e-9, gt=0)  # largest relative distance of a margin from its total

    @model_validator(mode="after")
    def _around_one(self) -> Raking:
        if not 0 <= self.bounds[0] < 1 < self.bounds[1]:
            raise ValueError("bounds stand around 1, such as [0.3, 3]")
        return self


class StatedSurvey(Strict):
    """The design of one component: its weights, what a lonely sampling unit does, the finite population."""

    component: Component
    weights: Literal["none", "delivered", "raked"] = "none"
    lonely_psu: Literal["fail", "remove", "adjust", "average"] = "adjust"
    fpc: Literal["none"] = "none"  # snowball samples in chosen places are no known part of a population
    raking: Raking | None = None
    notes: str = ""

    @model_validator(mode="after")
    def _has_margins(self) -> StatedSurvey:
        if self.weights == "raked" and self.raking is None:
            raise ValueError("weights: raked needs raking with its margins")
        return self


class Surveys(Strict):
    """The file `survey.yml`."""

    surveys: list[StatedSurvey] = []

    @model_validator(mode="after")
    def _one_per_component(self) -> Surveys:
        components = [s.component for s in self.surveys]
        if len(set(components)) < len(components):
            raise ValueError("a component stands twice")
        return self


def surveys_of(folder: Path) -> dict[str, StatedSurvey]:
    """What an operation's folder states, by component; nothing where it has no `survey.yml`."""
    return {s.component: s for s in read_yaml(folder / "survey.yml", Surveys).surveys}


def stock_round(raking: Raking, margin: Margin, survey_key: str, round_keys: Iterable[str]) -> str | None:
    """The round among `round_keys` whose stock a survey round is raked to.

    The one with the stated number; where none is stated, the same number, or else the latest before it.
    """
    operation, _, number = survey_key.split("-")
    survey_number = int(number[1:])
    wanted = raking.stock_rounds.get(survey_number, survey_number)
    start = f"{operation}-{margin.component}-r"
    held = {int(key.removeprefix(start)): key for key in round_keys if key.startswith(start)}
    if survey_number in raking.stock_rounds:
        return held.get(wanted)
    before = [n for n in held if n <= wanted]
    return held[max(before)] if before else None


def takes_stock_of(stated: StatedSurvey | None, survey_key: str, stock_key: str, round_keys: Iterable[str]) -> bool:
    """Whether a survey round's weights, as they are used, rest on this round's stock."""
    if stated is None or stated.weights != "raked" or stated.raking is None:
        return False
    keys = list(round_keys)
    return any(stock_round(stated.raking, m, survey_key, keys) == stock_key for m in stated.raking.margins)
