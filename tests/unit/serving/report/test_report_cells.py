"""A figure is written in its language, carries its source, and says why it is none."""

from __future__ import annotations

from datetime import date

import pytest

from warehouse.serving.report.cells import cell, phrase, raw, written
from warehouse.serving.words import tongue

ROW = {"round_key": "r", "place_code": "P", "population_category": "c", "sex": "all", "age_group": "all"}


@pytest.mark.parametrize(
    "value,form,english,russian",
    [
        (110977, "number", "110,977", "110\u00a0977"),
        (0.262, "share", "26.2%", "26,2\u00a0%"),
        (0.145, "share", "14.5%", "14,5\u00a0%"),
        (79.7, "percent", "79.7%", "79,7\u00a0%"),
        (-34744, "signed", "\u221234,744", "\u221234\u00a0744"),
        (5122, "signed", "+5,122", "+5\u00a0122"),
        (0, "signed", "0", "0"),
        (-13.7446, "signed_percent", "\u221213.7%", "\u221213,7\u00a0%"),
        (0.956, "ratio", "0.96", "0,96"),
        (date(2024, 10, 18), "day", "18 October 2024", "18\u00a0октября 2024\u00a0г."),
    ],
)
def test_a_value_is_written_as_the_language_writes_it(value: object, form: str, english: str, russian: str) -> None:
    assert written(value, form, tongue("en")) == english
    assert written(value, form, tongue("ru")).replace(" ", "\u00a0") == russian.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    "more,state,text",
    [
        ({"is_suppressed": True}, "withheld", "withheld"),
        ({"value_status": "missing"}, "missing", "–"),
        ({"value_status": "not_asked"}, "not_asked", "–"),
    ],
)
def test_no_number_is_said_to_be_none_and_why(more: dict[str, object], state: str, text: str) -> None:
    found = cell("mart_population", {**ROW, "individuals": None, **more}, "individuals", tongue("en"))
    assert (found.state, found.text, raw(found.value)) == (state, text, "")
    assert f'data-state="{state}"' in found.__html__()


def test_a_zero_is_a_number() -> None:
    found = cell("mart_population", {**ROW, "individuals": 0, "is_suppressed": False}, "individuals", tongue("en"))
    assert (found.state, found.text, raw(found.value)) == ("", "0", "0")


def test_a_sentence_keeps_the_source_of_its_figures_and_escapes_the_rest() -> None:
    found = cell("mart_population", {**ROW, "individuals": 7}, "individuals", tongue("en"))
    said = phrase("{place} <b>: {n}", place="<i>{n}</i>", n=found)
    assert str(said).startswith("&lt;i&gt;{n}&lt;/i&gt; &lt;b&gt;: <span")
    assert 'data-mart="mart_population" data-column="individuals"' in said and ">7</span>" in said


@pytest.mark.parametrize(
    "column,comparability,state",
    [
        ("like_for_like", "comparable", "withheld"), ("like_for_like_percent", "limited", "withheld"),
        ("like_for_like", "not_comparable", "missing"), ("window_effect", "not_comparable", "missing"),
        ("coverage_effect", "not_comparable", "withheld"), ("total_difference_percent", "comparable", "missing"),
    ],
)  # fmt: skip
def test_a_change_of_which_parts_are_withheld_says_so_of_these(column: str, comparability: str, state: str) -> None:
    row = {
        "round_key": "r",
        "is_suppressed": False,
        "is_withheld_in_part": True,
        "comparability": comparability,
        column: None,
    }
    assert cell("mart_round_change", row, column, tongue("en")).state == state
