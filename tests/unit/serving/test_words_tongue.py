"""How a language writes: numbers, percent, days, spans, names, counts and messages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from warehouse.serving.words import LANGUAGES, NONE, tongue

N = "\u00a0"


@pytest.mark.parametrize(
    ("value", "digits", "en", "ru"),
    [
        (128661, 0, "128,661", f"128{N}661"),
        (-17684, 0, "−17,684", f"−17{N}684"),
        (3.85, 1, "3.8", "3,8"),
        (0.125, 2, "0.12", "0,12"),
        (Decimal("1234.5"), 1, "1,234.5", f"1{N}234,5"),
        (-0.4, 0, "0", "0"),
        (0, 2, "0.00", "0,00"),
        (1250, -2, "1,200", f"1{N}200"),
        (None, 0, NONE, NONE),
        (float("nan"), 1, NONE, NONE),
        (float("-inf"), 1, NONE, NONE),
    ],
)
def test_numbers(value: float | None, digits: int, en: str, ru: str) -> None:
    assert tongue("en").number(value, digits) == en
    assert tongue("ru").number(value, digits) == tongue("ky").number(value, digits) == ru


def test_percent_is_of_percent_and_keeps_its_digits() -> None:
    assert [tongue(lang).percent(-13.65, 1) for lang in LANGUAGES] == ["−13.6%", f"−13,6{N}%", f"−13,6{N}%"]
    assert tongue("en").percent(1.005, 2) == "1.00%"  # no detour by a share, which is 0.010049999999999999
    assert {tongue(lang).percent(v, 1) for lang in LANGUAGES for v in (None, float("nan"))} == {NONE}


@pytest.mark.parametrize(
    ("lang", "day", "month", "year", "years"),
    [
        ("en", "18 October 2024", "5–18 October 2024", "5 September – 18 October 2024", "20 December 2023 – 15 January 2024"),
        ("ru", f"18 октября 2024{N}г.", f"5–18 октября 2024{N}г.", f"5 сентября – 18 октября 2024{N}г.", f"20 декабря 2023{N}г. – 15 января 2024{N}г."),
        ("ky", "2024-жылдын 18-октябры", "2024-жылдын 5–18-октябры", "2024-жылдын 5-сентябры – 18-октябры", "2023-жылдын 20-декабры – 2024-жылдын 15-январы"),
    ],
)  # fmt: skip
def test_days(lang: str, day: str, month: str, year: str, years: str) -> None:
    t, last = tongue(lang), date(2024, 10, 18)
    assert t.day(last) == t.days(last, last) == t.day("2024-10-18T14:05:00Z") == day
    assert t.day(datetime(2024, 10, 18, 23, 59, tzinfo=UTC)) == day
    assert t.days(date(2024, 10, 5), last) == month
    assert t.days(date(2024, 9, 5), last) == t.days("2024-09-05", "2024-10-18") == year
    assert t.days(date(2023, 12, 20), date(2024, 1, 15)) == years
    assert t.days(last, None) == f"{day} –" and t.days(None, last) == f"– {day}"
    assert t.day(None) == t.days(None, None) == NONE


def test_every_month_has_its_kyrgyz_form() -> None:
    said = [tongue("ky").day(date(2024, m, 1)) for m in range(1, 13)]
    assert len(set(said)) == 12 and all(s.startswith("2024-жылдын 1-") and s[-1] in "ыиу" for s in said)


def test_a_name_is_that_of_the_language_else_the_english_else_the_plain_one() -> None:
    row: dict[str, object] = {
        "place_name_en": "Osh",
        "place_name_ru": "Ош",
        "place_name_ky": None,
        "round_title": "Round 4",
    }
    assert [tongue(lang).named(row, "place_name") for lang in LANGUAGES] == ["Osh", "Ош", "Osh"]
    assert tongue("ky").named(row, "round_title") == "Round 4"
    assert tongue("ky").named(row, "nothing") == ""


def test_a_message_without_a_text_is_english_with_its_values() -> None:
    for lang in LANGUAGES:
        assert tongue(lang).say("No {thing} has ever said this", thing="page") == "No page has ever said this"
        assert tongue(lang).say("") == ""  # and not the head of the catalogue
        assert tongue(lang).count("{n} odd {what}", "{n} odd {what}s", 1200, what="fish").startswith("1")
        assert tongue(lang).count("{n} odd one", "{n} odd ones", None) == f"{NONE} odd ones"


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(ValueError, match="no language 'de'"):
        tongue("de")
