"""When an estimate is reliable: the thresholds of `operations/common/reliability.yml`, with the reason of each.

Reading and checking the file belongs here; the rule that uses them is in `mart_survey_estimates`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from warehouse.operation_files import Strict, read_yaml


class Rule(Strict):
    """One threshold and why it is there."""

    value: float = Field(ge=0)
    reason: str = Field(min_length=10)


class Reliability(Strict):
    """The file `reliability.yml`; every threshold must be there."""

    minimum_n: Rule
    minimum_effective_n: Rule
    widest_interval: Rule
    narrow_interval: Rule
    widest_relative_interval: Rule
    minimum_degrees_of_freedom: Rule
    largest_relative_error: Rule
    cautious_relative_error: Rule
    printable_n: Rule

    @model_validator(mode="after")
    def _in_order(self) -> Reliability:
        if self.narrow_interval.value >= self.widest_interval.value:
            raise ValueError("narrow_interval is not below widest_interval")
        if self.cautious_relative_error.value > self.largest_relative_error.value:
            raise ValueError("cautious_relative_error is above largest_relative_error")
        return self


def reliability_rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of `reference.survey_reliability`; `folder` is `operations/common`."""
    rules = read_yaml(folder / "reliability.yml", Reliability).model_dump()
    return [{"rule": name, "value": rule["value"], "reason_en": rule["reason"]} for name, rule in rules.items()]
