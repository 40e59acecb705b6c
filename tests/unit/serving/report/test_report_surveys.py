"""Sections of surveys: every figure is the mart's, what is withheld or rests on few answers is not drawn, no refused comparison."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.serving.report.small_release import BASE, small_release, three
from warehouse.serving.report.blocks import Chart, Paragraph, Part, Sub, Table
from warehouse.serving.report.cells import Cell
from warehouse.serving.report.facts import facts_of
from warehouse.serving.report.sections import survey_plans, survey_profile
from warehouse.serving.words import tongue

NOW, BEFORE = "toy-rms-r02", "toy-rms-r01"
SHARES = {"stay": 0.5, "go": 0.3, "few": 0.15, "none": None}  # `few` rests on 12 answers, `none` is withheld
REASON = "Another question was asked"
Row = dict[str, Any]


def estimate(
    round_key: str, option: str, value: float | None, n: int | None = 100, domain: tuple[str, str] = ("national", "all")
) -> Row:
    return {"round_key": round_key, "operation": "toy", "component": "rms", "indicator_code": "intention",
            **three("indicator_name", "Plans"), **three("denominator", "All who answered"), "statistic": "share", "unit": "share",
            "option_code": option, **three("option_name", f"Answer {option}"), "domain_type": domain[0], "domain": domain[1],
            **three("domain_name", domain[1].title()), "n": n, "estimate": value, "ci_low": value and value - 0.04,
            "ci_high": value and value + 0.05, "reliability": value and "reliable", "is_printable": bool(value and n and n >= 30),
            "is_suppressed": value is None, "weight_scheme": "none, indicative", "comparability": "comparable"}  # fmt: skip


def change(option: str, value: float | None, comparability: str) -> Row:
    refused = comparability == "not_comparable"
    return {"round_key": NOW, "previous_round_key": BEFORE, "operation": "toy", "component": "rms", "indicator_code": "intention",
            **three("indicator_name", "Plans"), "option_code": option, **three("option_name", f"Answer {option}"), "statistic": "share",
            "domain_type": "national", "domain": "all", "previous_estimate": value and value / 2, "estimate": value,
            "difference": None if refused else value and value * 50, "comparability": comparability,
            **three("comparability_reason", REASON), "direction": "up", **three("direction_name", "up"),
            "is_significant": None if refused else True, "is_suppressed": value is None}  # fmt: skip


def rounds() -> list[Row]:
    return [{**BASE["dim_round"][0], "round_key": key, "component": "rms", "round_number": i, "row_grain": "respondent"}
            for i, key in ((1, BEFORE), (2, NOW))]  # fmt: skip


def part(folder: Path, comparability: str = "limited", section: Any = survey_plans) -> Part | None:
    indicator = {"operation": "toy", "component": "rms", "indicator_code": "intention", **three("indicator_name", "Plans"),
                 "kind": "single", "topic": "plans", "unit": "share", "mart_name": "mart_survey_estimates", "sort_order": 1}  # fmt: skip
    estimates = [estimate(NOW, o, v, 12 if o == "few" else 100) for o, v in SHARES.items()]
    estimates += [estimate(BEFORE, o, v and v / 2) for o, v in SHARES.items()]
    estimates += [estimate(NOW, o, v, domain=("sex", "female")) for o, v in SHARES.items()]
    estimates += [estimate(NOW, o, None, None, domain=("sex", "male")) for o in SHARES]
    more = {"dim_round": rounds(), "dim_indicator": [indicator], "mart_survey_estimates": estimates,
            "mart_survey_change": [change(o, v, comparability) for o, v in SHARES.items()]}  # fmt: skip
    source = small_release(folder, more)
    with source.opened() as asker:
        return section.build(facts_of(source, asker, NOW), tongue("en"))  # type: ignore[no-any-return]


def each(blocks: Any) -> Iterator[Any]:
    for block in blocks:
        yield block
        if isinstance(block, Sub):
            yield from each(block.blocks)
        if isinstance(block, Chart):
            yield block.table


def test_every_figure_is_the_marts_and_withheld_ones_say_so(tmp_path: Path) -> None:
    made = part(tmp_path)
    assert made is not None
    tables = [block for block in each(made.blocks) if isinstance(block, Table)]
    cells = [
        cell
        for table in tables
        for cell in table.cells
        if cell.column == "estimate" and cell.mart.endswith("estimates")
    ]
    wanted = {(k["domain"], k["option_code"]) for k in (c.key for c in cells)}
    assert wanted == {(d, o) for d in ("all", "female") for o in SHARES}
    for cell in cells:
        assert cell.value == SHARES[cell.key["option_code"]]
        assert cell.text == ("withheld" if cell.value is None else f"{cell.value:.1%}")
    assert any(
        "Male" in str(note) for table in tables for note in table.notes
    )  # withheld altogether: named, not a line


def test_few_answers_stand_in_the_table_and_not_in_the_picture(tmp_path: Path) -> None:
    made = part(tmp_path)
    assert made is not None
    first = next(block for block in each(made.blocks) if isinstance(block, Chart))
    told = json.dumps(first.picture.spec)
    assert "50.0%" in told and "15.0%" not in told and "fewer than 30 answers" in told and "withheld" in told
    assert [c.text for row in first.table.rows for c in row if isinstance(c, Cell) and c.column == "estimate"][
        2
    ] == "15.0%"


def test_the_round_before_stands_beside_and_its_limits_are_said(tmp_path: Path) -> None:
    made = part(tmp_path, "limited")
    assert made is not None
    charts = [block for block in each(made.blocks) if isinstance(block, Chart)]
    assert "Round 1" in charts[-1].picture.alt and "25.0% → 50.0%" in charts[-1].picture.alt
    cautions = [block.text for block in each(made.blocks) if isinstance(block, Paragraph) and block.kind == "caution"]
    assert cautions == [f"To be compared with care only: {REASON}."]


def test_a_refused_comparison_is_a_sentence_with_the_reason_and_no_picture(tmp_path: Path) -> None:
    made = part(tmp_path, "not_comparable")
    assert made is not None
    blocks = list(each(made.blocks))
    assert len([b for b in blocks if isinstance(b, Chart)]) == 1
    assert not [c for b in blocks if isinstance(b, Table) for c in b.cells if c.mart == "mart_survey_change"]
    assert [b.text for b in blocks if isinstance(b, Paragraph) and b.kind == "caution"] == [
        f"Not comparable with round 1: {REASON}."]  # fmt: skip


@pytest.mark.parametrize("section", [survey_profile])
def test_a_topic_without_questions_is_no_section(tmp_path: Path, section: Any) -> None:
    assert part(tmp_path, section=section) is None
