"""Resolving places: code and name agree, names count only within their parent, a doubt is a reason."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from warehouse.codebooks.model import Places
from warehouse.gazetteer.resolve import Resolver
from warehouse.operations import Aliases, PlaceAlias


def place(code: str, level: int, parent: str, en: str, ru: str) -> dict[str, str]:
    return {"place_code": code, "place_level": str(level), "parent_code": parent, "place_name_en": en, "place_name_ru": ru,
            "place_name_ky": ru}  # fmt: skip


GAZETTEER = [
    place("K", 0, "", "Country", "Страна"),
    place("K1", 1, "K", "Osh", "Ошская область"),
    place("K2", 1, "K", "Osh (city)", "г. Ош"),
    place("K11", 2, "K1", "Alai", "Алайский район"),
    place("K12", 2, "K1", "Nookat", "Ноокатский район"),
]
LEVELS = [
    {"level": 1, "code_field": "c1", "name_field": "n1"},
    {"level": 2, "code_field": "c2", "name_field": "n2", "required": False},
    {"level": 4, "code_field": "c4", "name_field": "n4", "required": False},
]


def resolver(scheme: str = "gazetteer") -> Resolver:
    aliases = Aliases(aliases=[PlaceAlias(place_code="K11", names=["Alay"])], words=["район", "область"])
    programme = SimpleNamespace(country_iso3="KKK")
    operation: Any = SimpleNamespace(programme=programme, aliases=aliases, gazetteer=GAZETTEER)
    return Resolver(operation, Places.model_validate({"scheme": scheme, "levels": LEVELS}))


@pytest.mark.parametrize(
    ("delivered", "code"),
    [
        ({1: ("K1", "Osh"), 2: ("K11", "Alai")}, "K11"),
        ({1: ("", "ОШСКАЯ область"), 2: ("", "Алайский")}, "K11"),
        ({1: ("K1", ""), 2: ("", "ALAY")}, "K11"),
        ({1: ("K2", "г. Ош"), 2: ("", ""), 4: ("V9", "Some village")}, "V9"),
    ],
)
def test_certain_places(delivered: dict[int, tuple[str, str]], code: str) -> None:
    found = resolver().resolve(delivered)
    assert found.chain[-1].code == code
    assert found.chain[0].code == "K"


@pytest.mark.parametrize(
    ("delivered", "reason"),
    [
        ({1: ("K1", "Osh"), 2: ("K11", "Nookat")}, "code_name_disagree"),
        ({1: ("K2", "г. Ош"), 2: ("K11", "Alai")}, "parent_disagrees"),
        ({1: ("K9", "Nowhere")}, "unknown_place"),
        ({1: ("", "Nowhere")}, "unknown_place"),
        ({1: ("", "")}, "place_missing"),
    ],
)
def test_doubtful_places(delivered: dict[int, tuple[str, str]], reason: str) -> None:
    assert resolver().resolve(delivered).reason == reason


def test_names_alone_make_codes_within_their_parent() -> None:
    chain = resolver("names").resolve({1: ("X1", "Borno"), 2: ("", "ASKIRA / UBA")}).chain
    assert [p.code for p in chain] == ["KKK", "KKK/BORNO", "KKK/BORNO/ASKIRA-UBA"]


@pytest.mark.parametrize("name", ["AD0402", "NG002001001", "12"])
def test_a_code_in_the_place_of_a_name_is_noticed(name: str) -> None:
    assert resolver("names").resolve({1: ("", name)}).reason == "code_as_name"


def test_a_shared_name_is_settled_by_what_lies_in_one_of_them_only() -> None:
    rows = [
        *GAZETTEER, place("K13", 2, "K1", "Naryn", "Нарын") | {"place_type": "district"}, place("K14", 2, "K1", "Naryn (city)", "г. Нарын") | {"place_type": "city"},
        place("V1", 4, "K13", "Upper", "Верхний"), place("V2", 4, "K13", "Lower", "Нижний"), place("V3", 4, "K14", "Lower", "Нижний"),
    ]  # fmt: skip
    aliases = Aliases(kinds={"city": ["city", "г"], "rayon": ["district"]})
    operation: Any = SimpleNamespace(programme=SimpleNamespace(country_iso3="KKK"), aliases=aliases, gazetteer=rows)
    found = Resolver(operation, Places.model_validate({"scheme": "gazetteer", "levels": LEVELS}))
    assert found.resolve({1: ("K1", ""), 2: ("", "Naryn"), 4: ("", "Upper")}).chain[-1].code == "V1"
    assert found.resolve({1: ("K1", ""), 2: ("", "Naryn"), 4: ("", "Lower")}).reason == "ambiguous_place"
    assert found.resolve({1: ("K1", ""), 2: ("", "Naryn"), 4: ("V2", "Lower")}).chain[-1].code == "V2"
    assert found.resolve({1: ("K1", ""), 2: ("", "Naryn"), 4: ("V3", "Lower")}).reason == "parent_disagrees"
    assert found.resolve({1: ("K1", ""), 2: ("", "г. Naryn"), 4: ("", "Lower")}).chain[-1].code == "V3"
