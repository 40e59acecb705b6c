"""What looks personal in a text, and what only has digits too."""

from __future__ import annotations

import pytest

from warehouse.errors import MtmError, UnreadableDelivery
from warehouse.personal.shapes import HIDDEN, like_a_person, masked, masked_name, personal_in, shown, told

PERSONAL = [
    "+999 555 12-34-56", "0555 123456", "0555-12-34-56", "996555123456", "8 (999) 123-45-67", "555123456",
    "21203198001234", "a.b@posta.example", "42.874613, 74.569171", "-15.43481 34.81176",
]  # fmt: skip
HARMLESS = [
    "41702205805010", "2024-05-01", "20240501", "2024-05-01T10:11:12.123+06:00", "12", "1 250", "0.333333", "NG002001001",
    "KG02205000000", "b2c6d7e0-5551-2345-6aaa-0123456789ab", "sha256 a0555123456bcd0555123456aa", "r000001", "mtm tag r000007 2025-report", "7,161,910",
]  # fmt: skip


@pytest.mark.parametrize("text", PERSONAL)
def test_a_personal_value_is_found_and_hidden_in_any_text(text: str) -> None:
    assert [part.strip() for part in personal_in(f"see {text} there")] == [text]
    assert masked(f"see {text} there") == f"see {HIDDEN} there"


@pytest.mark.parametrize("text", HARMLESS)
def test_codes_dates_figures_and_hashes_stay(text: str) -> None:
    assert personal_in(text) == [] and masked(text) == text


def test_known_names_are_hidden_wherever_they_stand() -> None:
    assert masked("sheet of Zurzbek Qvatman 2", ["Zurzbek Qvatman"]) == f"sheet of {HIDDEN} 2"


def test_names_of_sheets_that_look_like_a_persons_are_hidden() -> None:
    assert like_a_person("Зурзбек Кватманов") and shown("Зурзбек Кватманов") == HIDDEN
    for sheet in ("Baseline Data", "Returned Migrants Survey R2", "group_country", "data", "МББ Кыргызстан, 2-айлампа"):
        assert shown(sheet) == sheet
    assert told("3 columns of sheet 'Zurzbek Qvatman' fit") == f"3 columns of sheet '{HIDDEN}' fit"


def test_an_error_never_tells_a_value() -> None:
    error = MtmError("bad header '+999 555 123456'", where="a.b@posta.example.xlsx", expected="x", todo="y", code="z")
    assert "555" not in str(error) and "posta" not in str(error.as_dict()) and error.code == "z"


def test_a_files_name_keeps_its_ending() -> None:
    assert masked_name("r1 a.b@posta.example.xlsx") == f"r1 {HIDDEN}.xlsx"
    assert masked_name("2024-05-03_kgz_bma_r03.xlsx") == "2024-05-03_kgz_bma_r03.xlsx"


def test_names_of_people_in_the_names_of_files_and_in_refusals_are_hidden() -> None:
    assert masked_name("kgz_bma_r01 Zurzbek Qvatman 2.xlsx") == f"kgz_bma_r01 {HIDDEN} 2.xlsx"
    assert masked_name("survey Zurzbek_Qvatman.csv") == f"survey {HIDDEN}.csv"
    assert masked_name("Кватманова Зурзбек кызы.xlsx") == f"{HIDDEN}.xlsx"
    for name in ("Baseline_Assessment_Round_12.xlsx", "2024-09-28_kgz_bma_r04_in-progress.xlsx", "survey.csv"):
        assert masked_name(name) == name
    error = UnreadableDelivery("header 'Zurzbek Qvatman' stands twice", where="a.xlsx, sheet Zurzbek Qvatman, row 3")
    assert "Qvatman" not in f"{error} {error.as_dict()}" and "row 3" in error.where


@pytest.mark.parametrize("text", ["42°52'28.1\"N 74°34'11.4\"E", "AN4719999", "358240051999263", "0 999 37 46 19"])
def test_degrees_passports_and_devices_are_personal(text: str) -> None:
    assert personal_in(text)
