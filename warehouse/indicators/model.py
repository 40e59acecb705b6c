"""What an indicator is and what `indicators.yml` may say, validated by pydantic.

The shape of one indicator and of its files belongs here; putting the files of an operation together is in `load.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from warehouse.operation_files import Component, Names, Strict

Kind = Literal[
    "single", "multiple", "number",  # a question of a survey: one answer, several answers, a number
    "stock", "breakdown", "count", "share", "mean", "rate", "rank", "change",  # what is counted, and what is reckoned from it
]  # fmt: skip
Unit = Literal[
    "individuals", "households", "communities", "informants", "respondents", "share", "percent", "per_1000_residents",
    "mean", "months", "people_per_household", "rank",
]  # fmt: skip
Topic = Literal[
    "coverage", "stock", "profile", "returns", "departures", "links", "origins", "reasons", "places", "households",
    "survey_profile", "migration", "work", "money", "needs", "plans", "other",
]  # fmt: skip
SURVEY_KINDS = ("single", "multiple", "number")


def _as_names(value: Any) -> Any:
    """A plain text is the English one."""
    return {"en": value} if isinstance(value, str) else value


Text = Annotated[Names, BeforeValidator(_as_names)]


class IndicatorOption(Strict):
    """One answer of an indicator."""

    code: str
    name: Names


class Comparability(Strict):
    """Some rounds of an indicator (`rounds: "1-3"`, `"4-"`, `"2"`): one series, comparable among themselves."""

    rounds: str = Field(pattern=r"^\d+(-\d*)?$")
    series: str = "1"
    limited: bool = False
    asked: bool = True  # false: the form did not ask it in these rounds
    reason: Names | None = None

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        if self.span[0] > self.span[1]:
            raise ValueError(f"{self.rounds} is no range of rounds: the first one comes first")
        return self

    def holds(self, number: int) -> bool:
        """Whether the round is among them."""
        first, last = self.span
        return first <= number <= last

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last round."""
        first, dash, last = self.rounds.partition("-")
        return int(first), int(last or 10**6) if dash else int(first)


class OfComponent(Comparability):
    """The same, said once for every indicator of a component; what an indicator says of itself goes before it."""

    component: Component


class Counted(Strict):
    """What a codebook must count for the indicator to be one of the operation's (the words of its `measure`)."""

    category: str | None = None
    dimension: str | None = None
    unit: Literal["individuals", "households", "share"] | None = None


class Metric(Strict):
    """How the semantic layer reckons it: a measure under a filter (beyond what the measure fixes), or a ratio of two."""

    measure: str
    filter: dict[str, str | int | bool] = {}
    each: dict[str, list[str]] = {}  # a metric for each of these: what must not be added up
    of_measure: str | None = None  # of a ratio: the measure below the line, under the same filter


class Indicator(Strict):
    """One indicator of one component, whole."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")
    component: Component
    name: Names
    definition: Text
    denominator: Text | None = None
    unit: Unit = "share"
    kind: Kind = "single"
    topic: Topic = "other"
    question: str | None = None
    measure: Counted | None = None
    options: list[IndicatorOption] = []
    sensitive: bool = False  # that nobody, or everybody, of a domain gave an answer is not told either
    comparability: list[Comparability] = []
    mart: str | None = None
    column: str | None = None
    metric: Metric | None = None

    @property
    def is_survey(self) -> bool:
        """Whether it is a question that respondents answer."""
        return self.kind in SURVEY_KINDS

    def standing(self, number: int) -> Comparability:
        """The series that a round stands in; without a word all rounds are one series."""
        return next((c for c in self.comparability if c.holds(number)), Comparability(rounds=str(number)))

    @model_validator(mode="after")
    def holds_together(self) -> Indicator:
        """A survey question says which; a break in the series, and care, say why; options stand once."""
        if self.is_survey and not (self.question and self.denominator):
            raise ValueError("a survey indicator needs question and denominator")
        if self.options and not self.is_survey:
            raise ValueError("only a survey indicator has options")
        codes = [o.code for o in self.options]
        if twice := sorted({c for c in codes if codes.count(c) > 1}):
            raise ValueError(f"option {twice[0]} stands twice")
        self._explained()
        return self

    def _explained(self) -> None:
        edges = {edge for c in self.comparability for edge in (c.span[0], c.span[1] + 1) if 1 < edge <= 10**6}
        for number in sorted(edges):
            now, before = self.standing(number), self.standing(number - 1)
            if now.series != before.series and now.reason is None:
                raise ValueError(f"comparability of round {number} begins another series and says no reason")
        for said in self.comparability:
            if (said.limited or not said.asked) and said.reason is None:
                raise ValueError(f"comparability of rounds {said.rounds} is limited and says no reason")


class Entry(Strict):
    """One entry of `indicators.yml`: a new indicator, or what differs from the common one of the same code."""

    code: str
    component: Component | list[Component] | None = None
    name: Names | None = None
    definition: Text | None = None
    denominator: Text | None = None
    unit: Unit | None = None
    kind: Kind | None = None
    topic: Topic | None = None
    question: str | None = None
    measure: Counted | None = None
    options: list[IndicatorOption] | None = None
    sensitive: bool | None = None
    comparability: list[Comparability] | None = None
    mart: str | None = None
    column: str | None = None
    metric: Metric | None = None


class Indicators(Strict):
    """The file `indicators.yml`. `without`: common indicators that the operation does not have."""

    indicators: list[Entry] = []
    comparability: list[OfComponent] = []
    without: list[str] = []
