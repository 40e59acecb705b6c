"""The published figures of the survey, counted anew from the files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.unit.sample.conftest import NAMES, Row, tables

# Per round: consent and its no, type of record and its test, plans, oblast.
FORM = {
    1: ("Введение/Согласны ли Вы участвовать в опросе?", "Нет", "Введение/Тип анкеты", "Тестовая", "Планы/Каковы Ваши планы?", "Введение/Код области"),
    2: ("Introduction/Do you agree to take part?", "No", "Introduction/Type of submission", "Test", "Plans/Plans for the next 12 months", "Introduction/Oblast code"),
    3: ("Киришүү/Катышууга макулсузбу?", "Жок", "Киришүү/Анкетанын түрү", "Сынамык", "Пландар/Пландарыңыз кандай?", "Киришүү/Облустун коду"),
    4: ("intro/consent", "no", "intro/record_type", "test", "plans/intention", "intro/adm1_pcode"),
}  # fmt: skip
RESPONDENTS = {1: 1434, 2: 1700, 3: 1734, 4: 1650}


def respondents(sample: Path, number: int) -> list[Row]:
    """Rows that count: consent, no test, each submission once."""
    consent, no, kind, test, *_ = FORM[number]
    once = {row["_uuid"]: row for row in reversed(tables(sample / NAMES["rms", number])[0])}
    return [row for row in once.values() if row[consent] != no and row[kind] != test]


def plans(sample: Path, number: int) -> Counter[str]:
    return Counter(row[FORM[number][4]] for row in respondents(sample, number))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_respondents_in_all_oblasts_and_cities(sample: Path, number: int) -> None:
    found = respondents(sample, number)
    assert len(found) == RESPONDENTS[number]
    assert len({row[FORM[number][5]] for row in found}) == 9


def test_round_1_plans_and_sectors(sample: Path) -> None:
    found = plans(sample, 1)
    assert found["Остаться в Кыргызстане"] == 631
    assert found["Ездить между страной назначения и Кыргызстаном"] == 445
    sectors = Counter(row["Работа/Сектор занятости за границей"] for row in respondents(sample, 1))
    assert (sectors["Строительство"], sectors["Социальные и персональные услуги"]) == (344, 478)


def test_the_share_that_goes_back_halves(sample: Path) -> None:
    before, now = plans(sample, 2), plans(sample, 3)
    assert (before["Go back to the same country"], before.total()) == (800, 1700)
    assert (now["Ошол эле өлкөгө кайтуу"], now.total()) == (408, 1734)
    assert 2 * 408 * 1700 == 800 * 1734  # exactly half
    assert now["Азырынча белгисиз"] == 277


def test_select_multiple_as_list_and_as_columns_agree(sample: Path) -> None:
    """Round 4 carries both; round 2 the columns only, rounds 1 and 3 the list only."""
    for row in respondents(sample, 4):
        chosen = set(row["needs/needs"].split())
        flags = {label.rsplit("/", 1)[1]: value for label, value in row.items() if label.startswith("needs/needs/")}
        assert chosen == {code for code, value in flags.items() if value == 1} and set(flags.values()) <= {0, 1}


def test_refusals_carry_no_answers(sample: Path) -> None:
    refused = [row for row in tables(sample / NAMES["rms", 4])[0] if row["intro/consent"] == "no"]
    assert len(refused) == 26
    assert not any(value for row in refused for label, value in row.items() if label.startswith(("profile/", "plans/")))
