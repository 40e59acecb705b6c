"""A small operation whose codebooks tell some of the common indicators.

Only its files belong here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.indicators.model import Indicator
from warehouse.operations import Operation

OPERATION = "{operation: xx, name: {en: X}, country_iso3: KGZ, programme: P, credit_line: C, licence: L}"
COUNTS = """
codebook: xx-bma
operation: xx
component: bma
row_grain: informant
round_number: [{fallback: true}]
places: {scheme: names, levels: [{level: 1, name_field: region}]}
sheets:
  - name: main
    columns:
      - {field: region, labels: [Region]}
      - {field: back, labels: [Back], type: count, measure: {category: returned}}
      - {field: back_2023, labels: ["2023"], type: count, measure: {category: returned, dimension: year, item: "2023"}}
"""
SURVEY = """
codebook: xx-rms
operation: xx
component: rms
row_grain: respondent
round_number: [{fallback: true}]
places: {scheme: names, levels: [{level: 1, name_field: region}]}
sheets:
  - name: main
    columns:
      - {field: region, labels: [Region]}
      - {field: sex, labels: [Sex], type: choice, options: sex}
      - {field: education, labels: [Education], type: choice, options: education}
      - {field: age_years, labels: [Age], type: number}
      - {field: job, labels: [Job], type: choice, options: job}
code_lists:
  sex: [{code: male, labels: [M]}, {code: female, labels: [F]}]
  education: [{code: none, labels: [None]}, {code: higher, labels: [Higher]}]
  job: [{code: "yes", labels: ["Yes"]}, {code: "no", labels: ["No"]}]
"""
JOB = """
indicators:
  - code: job
    component: rms
    name: {en: Job}
    definition: {en: Whether there is a job}
    denominator: All
    question: job
    options: [{code: "yes", name: {en: "Yes"}}, {code: "no", name: {en: "No"}}]
"""
Make = Callable[[str], Operation]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """The operation with this `indicators.yml`."""

    def made(indicators: str) -> Operation:
        folder = tmp_path / "xx"
        (folder / "codebooks").mkdir(parents=True, exist_ok=True)
        files = {"operation.yml": OPERATION, "codebooks/bma.yml": COUNTS, "codebooks/rms.yml": SURVEY}
        for name, text in {**files, "indicators.yml": indicators}.items():
            (folder / name).write_text(text, encoding="utf-8")
        return Operation(folder)

    return made


def by_code(operation: Operation) -> dict[str, Indicator]:
    """The indicators of an operation by code."""
    return {i.code: i for i in operation.indicators}
