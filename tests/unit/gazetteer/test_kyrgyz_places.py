"""Real cases of Kyrgyz places: swapped codes, homonyms, spellings, look-alike letters, codes in other forms."""

from __future__ import annotations

import pytest

from warehouse.gazetteer.resolve import Resolver

OSH, CHUI, NARYN, TALAS, ISSYK_KUL = (
    "KG06000000000",
    "KG08000000000",
    "KG04000000000",
    "KG07000000000",
    "KG02000000000",
)
ALAI, ALAMUDUN = "KG06207000000", "KG08203000000"


def pair(resolver: Resolver, code: str, name: str, parent: str = OSH) -> tuple[str, str]:
    """Code of the finest place, or the reason, of a rayon given under an oblast."""
    found = resolver.resolve({1: (parent, ""), 2: (code, name)})
    return (found.chain[-1].code if found.chain else "", found.reason)


@pytest.mark.parametrize(
    ("code", "name", "parent"), [(ALAMUDUN, "Alay", OSH), (ALAI, "Alamedin", CHUI), (ALAI, "Аламудунский", OSH)]
)
def test_swapped_codes_are_never_accepted(cod: Resolver, code: str, name: str, parent: str) -> None:
    assert pair(cod, code, name, parent) == ("", "code_name_disagree")


@pytest.mark.parametrize(
    ("name", "parent", "code"),
    [
        ("Tuip", ISSYK_KUL, "KG02225000000"), ("Тюп", ISSYK_KUL, "KG02225000000"), ("Issik-Kul", ISSYK_KUL, "KG02215000000"),
        ("Yssik-Kul", ISSYK_KUL, "KG02215000000"), ("Ысык-Көл району", ISSYK_KUL, "KG02215000000"), ("Moskva", CHUI, "KG08217000000"),
        ("Alamedin", CHUI, ALAMUDUN), ("Ak-Su", ISSYK_KUL, "KG02205000000"), ("ALAY", OSH, ALAI), ("Алайский район", OSH, ALAI),
        ("Jalalabad", "KG03000000000", "KG03410000010"), ("Karakol", ISSYK_KUL, "KG02410000010"), ("г. Нарын", NARYN, "KG04400000010"),
        ("Нарынский район", NARYN, "KG04245000000"), ("Talas district", TALAS, "KG07232000000"), ("Талас шаары", TALAS, "KG07400000010"),
    ],
)  # fmt: skip
def test_spellings_of_one_place(cod: Resolver, name: str, parent: str, code: str) -> None:
    assert pair(cod, "", name, parent) == (code, "")


@pytest.mark.parametrize(("name", "parent"), [("Naryn", NARYN), ("Талас", TALAS), ("Batken", "KG05000000000")])
def test_a_name_that_rayon_and_city_share_is_not_settled(cod: Resolver, name: str, parent: str) -> None:
    assert pair(cod, "", name, parent) == ("", "ambiguous_place")


def test_osh_alone_is_settled_only_by_a_place_within_it(cod: Resolver) -> None:
    assert cod.resolve({1: ("", "Osh"), 2: ("", "")}).reason == "ambiguous_place"
    assert cod.resolve({1: ("", "Osh"), 2: ("", "Alay")}).chain[-1].code == ALAI
    assert cod.resolve({1: ("", "Osh"), 4: ("V1", "Some quarter")}).reason == "ambiguous_place"
    assert cod.resolve({1: ("", "г. Ош")}).chain[-1].code == "KG21000000000"
    assert cod.resolve({1: ("", "Ошская область")}).chain[-1].code == OSH


@pytest.mark.parametrize(
    ("code", "name"), [("KG21000000000", "Osh"), (OSH, "г. Ош"), (OSH, "Ош шаары"), ("KG21000000000", "Ошская область")]
)
def test_the_code_of_the_city_is_not_the_oblasts(cod: Resolver, code: str, name: str) -> None:
    assert cod.resolve({1: (code, name)}).reason == "code_name_disagree"


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("КG06207000000", "look_alike_code"), ("KG0б207ООО000", "look_alike_code"), ("KGO62O7OOOOOO", "look_alike_code"),
        ("41706207000000", "other_code_form"), ("417 06 207 000 000", "other_code_form"), ("kg06207000000 ", ""), ("41706207000000.0", "other_code_form"),
    ],
)  # fmt: skip
def test_codes_in_other_forms_are_read_where_the_name_agrees(cod: Resolver, code: str, note: str) -> None:
    found = cod.resolve({1: (OSH, "Osh"), 2: (code, "Алай")})
    assert found.chain[-1].code == ALAI
    assert [n.code for n in found.notes] == ([note] if note else [])
    assert cod.resolve({1: (OSH, "Osh"), 2: (code, "Араван")}).reason == "code_name_disagree"


def test_a_look_alike_code_without_a_name_is_not_read(cod: Resolver) -> None:
    assert pair(cod, "КG06207000000", "") == ("", "unknown_place")


def test_a_missing_parent_is_filled_and_said_and_a_wrong_one_is_told(cod: Resolver) -> None:
    found = cod.resolve({1: ("", ""), 2: (ALAI, "Алай")})
    assert [p.code for p in found.chain] == ["KG", OSH, ALAI]
    assert [n.code for n in found.notes] == ["parent_filled"]
    assert cod.resolve({1: ("", ""), 2: ("", "Алай")}).reason == "place_missing"
    assert pair(cod, ALAI, "Алай", CHUI) == ("", "parent_disagrees")


def test_the_first_digits_of_a_code_say_nothing(cod: Resolver) -> None:
    kok_zhangak = "KG03220400010"  # begins as the rayon of Suzak does
    assert [p.code for p in cod.resolve({1: ("KG03000000000", ""), 2: (kok_zhangak, "")}).chain][-2:] == [
        "KG03000000000",
        kok_zhangak,
    ]


def test_likeness_is_never_enough(cod: Resolver) -> None:
    for name in ("Alaii-Kuu", "Alamudin", "Nooket", "Кара-Кольджо"):
        assert pair(cod, "", name)[0] == ""


def test_a_village_is_found_within_its_rayon_only(soate: Resolver) -> None:
    arals = [p for p in soate.index.places.values() if p.level == 4 and p.names[1] == "Арал"]
    assert len(arals) == 13
    for aral in arals:
        path = {p.level: (p.code, "") for p in soate.index.path(aral.code)}
        one = {1: path[1], 2: path[2], 3: ("", ""), 4: ("", "Арал")}
        inside = [p for p in arals if soate.index.path(p.code)[2].code == path[2][0]]
        found = soate.resolve(one)
        assert (found.chain[-1].code if found.chain else found.reason) == (
            aral.code if len(inside) == 1 else "ambiguous_place"
        )
        assert soate.resolve({1: path[1], 4: ("", "Арал")}).reason == "ambiguous_place"
        assert soate.resolve({**path, 4: (aral.code, "Aral")}).chain[-1].code == aral.code


def test_what_the_gazetteer_does_not_go_down_to_keeps_its_own_code(soate: Resolver) -> None:
    chain = soate.resolve({1: ("KG11000000000", "Бишкек"), 4: ("Q1", "Asanbai")}).chain
    assert (chain[-1].code, chain[-1].in_gazetteer) == ("Q1", False)
    assert soate.resolve({1: (OSH, ""), 2: (ALAI, ""), 4: ("Q1", "Asanbai")}).reason == "unknown_place"
