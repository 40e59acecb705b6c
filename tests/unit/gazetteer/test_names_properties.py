"""Properties over all names of the gazetteer: no scramble leads to another place, no disagreeing pair is accepted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.gazetteer.conftest import PLACES
from warehouse.gazetteer.index import Known
from warehouse.gazetteer.resolve import Resolver
from warehouse.operations import load_operation

COD = Resolver(
    load_operation("kgz"), PLACES, [r for r in load_operation("kgz").gazetteer if r["geography_vintage"] == "cod-2018"]
)
UNITS = sorted((p for p in COD.index.places.values() if p.level == 2), key=lambda p: p.code)
TWINS = {"а": "a", "е": "e", "о": "o", "с": "c", "р": "p", "х": "x", "у": "y", "К": "K", "А": "A", "С": "C", "Т": "T"}


def scrambled(name: str, how: list[str]) -> str:
    """A name as somebody else might have typed it."""
    for change in how:
        if change == "case":
            name = name.swapcase()
        elif change == "nbsp":
            name = "\u00a0" + name.replace(" ", "\u00a0 ") + " "
        elif change == "hyphen":
            name = name.replace("-", " – ") if len(how) % 2 else name.replace("-", " ")
        elif change == "latin":
            name = "".join(TWINS.get(c, c) if i % 2 else c for i, c in enumerate(name))
        elif change == "apostrophe":
            name = name.replace("y", "y'").replace("ь", "ь’")
    return name


CHANGES = st.lists(st.sampled_from(["case", "nbsp", "hyphen", "latin", "apostrophe"]), max_size=4)


@settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(UNITS), language=st.integers(0, 2), how=CHANGES)
def test_a_scrambled_name_means_its_place_or_nothing(place: Known, language: int, how: list[str]) -> None:
    found = COD.resolve({1: (place.parent or "", ""), 2: ("", scrambled(place.names[language], how))})
    assert not found.chain or found.chain[-1].code == place.code
    if "latin" not in how and found.reason != "ambiguous_place":
        assert found.chain, found


@settings(max_examples=150, deadline=None)
@given(one=st.sampled_from(UNITS), other=st.sampled_from(UNITS), language=st.integers(0, 2), how=CHANGES)
def test_a_code_and_the_name_of_another_are_never_accepted(
    one: Known, other: Known, language: int, how: list[str]
) -> None:
    name = scrambled(other.names[language], how)
    shared = one.code == other.code or (one.bares & other.bares and not COD.words.forms(name).kind)
    found = COD.resolve({1: (one.parent or "", ""), 2: (one.code, name)})
    if not shared:
        assert found.reason == "code_name_disagree", found


def test_a_name_that_only_sounds_like_the_codes_place_is_not_taken_for_it() -> None:
    karakol, kara_kul = "KG02410000010", "KG03440000010"
    for name in COD.index.places[karakol].names:
        found = COD.resolve({1: (COD.index.places[kara_kul].parent or "", ""), 2: (kara_kul, name)})
        assert found.reason == "code_name_disagree", found


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=30), code=st.text(alphabet="KG0123456789КОоО ", max_size=15), place=st.sampled_from(UNITS))
def test_any_text_ends_in_a_place_that_bears_it_or_in_a_reason(text: str, code: str, place: Known) -> None:
    found = COD.resolve({1: (place.parent or "", ""), 2: (code.strip(), text.strip())})
    assert bool(found.chain) != bool(found.reason)
    if found.chain and len(found.chain) > 2 and text.strip():
        known = COD.index.places[found.chain[-1].code]
        forms = COD.words.forms(text.strip())
        assert forms.full in known.fulls or forms.bare in known.bares or forms.skeleton in known.skeletons


def test_every_unique_name_of_the_gazetteer_is_its_own(soate: Resolver) -> None:
    settled = 0
    for place in soate.index.places.values():
        if not place.level or not place.parent:
            continue
        above = {p.level: (p.code, "") for p in soate.index.path(place.code)[1:-1]}
        for name in {n for n in place.names if n}:
            found = soate.resolve({**above, place.level: ("", name)})
            assert not found.chain or found.chain[-1].code == place.code
            settled += bool(found.chain)
            assert soate.resolve({**above, place.level: (place.code, name)}).chain[-1].code == place.code
    assert settled > 2300
