"""Columns that look personal are known by header and by the shape of their values; ordinary ones are not."""

from __future__ import annotations

import pytest

from warehouse.codebooks.personal import long_names, looks_personal, personal_values


@pytest.mark.parametrize(
    "label",
    ["Phone number", "respondent_last_name", "Last name", "Контакт телефон", "ИНН", "Ваш ИНН:", "_gps_latitude", "Enumerator", "Contact",
     "ФИО респондента", "Email", "رقم الهاتف", "Cоntact"],
)  # fmt: skip
def test_headers_of_identifiers(label: str) -> None:
    assert looks_personal(label)


@pytest.mark.parametrize(
    "label",
    [
        "Oblast name",
        "Длинный срок",
        "Number of families",
        "Site name",
        "Region",
        "Date of interview",
        "Contacts with the authorities",
    ],
)
def test_ordinary_headers(label: str) -> None:
    assert not looks_personal(label)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (["+996 555 123456", "0555-12-34-56", ""], "phone numbers"),
        (["a@b.org", "x.y@mail.kg"], "e-mail addresses"),
        (["42.87461", "74.56983"], "coordinates"),
        (["-15.434845 34.81176 0 0", "-14.380864 35.502444 0 0"], "exact positions"),
        (["21203198001234", "11203198001234"], "long personal numbers"),
        (["12", "1 250", "7"], ""),
        (["2024-05-01", "2024-05-02"], ""),
        (["NG002001001", "NG002001002"], ""),
        (["0.33", "0.67"], ""),
        ([], ""),
    ],
)
def test_shapes_of_values(values: list[str], what: str) -> None:
    assert personal_values(values) == what


def test_names_that_hardly_repeat() -> None:
    assert long_names([f"Aigul Asanova{c}" for c in "abcdefgh"])
    assert not long_names(["North", "South", "East", "West", "Centre", "Coast"])
    assert not long_names(["Kara Suu"] * 20)
