"""Folding: texts that people would call the same are the same, and others stay apart."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.codebooks.folding import fold, fold_column, fold_key, fold_label, matches_any, skeleton
from warehouse.codebooks.lookalike import CYRILLIC, LATIN, LookAlikes

TEXTS = st.text(
    st.sampled_from("aeopcxyikmtbhABEKMHOPCTXİßſﬁ аеорсхуікмтвнАВЕКМНОРСТХёЁөүң№°·’`´–−_./#-\u00a0\u200b\u200f\u0301٣"),
    max_size=20,
)
ANY = st.one_of(TEXTS, st.text(max_size=20))

SAME = [
    ("Ward ", "ward"),
    ("No. of IDPs HH\nin indivi", "no of idps hh in indivi"),
    ("Total No. of IDPs Ind.", "Total No# of IDPs Ind#"),
    ("N° de ménages", "№ de ménages"),
    ("Nº de hogares", "No. de hogares"),
    ("Всего,\u00a0человек", "всего, человек"),
    ("0–17 лет", "0-17 лет"),
    ("0\u221217", "0-17"),
    ("Chef d\u2019équipe", "chef d'équipe"),
    ("Chef d´équipe", "chef d`équipe"),
    ("\u200fالمحافظة\u200e", "المحافظة"),
    ("Dis\u00adtrict\ufeff", "DISTRICT"),
    ("Группа / Вопрос", "группа/вопрос"),
    ("ＤＩＳＴＲＩＣＴ", "district"),
    ("m0310_loc_num", "m0310 loc num"),
]
LOOK_ALIKE = [
    ("Oбласть", "Область"),  # Latin O
    ("Pайон", "Район"),  # Latin P
    ("Кол-вo чел.", "Кол-во чел"),  # Latin o
    ("ВМА", "BMA"),  # all Cyrillic
    ("Distriсt", "District"),  # Cyrillic с
    ("Населенный пункт", "Населённый пункт"),
    ("Айыл ѳкмѳтү", "Айыл өкмөтұ"),
    ("Тоӊ району", "Тоң району"),
    ("Κοde", "Kоde"),  # Greek, Cyrillic, Latin
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_variants_of_a_label_fold_to_one_text(one: str, other: str) -> None:
    assert fold_label(one) == fold_label(other)


@pytest.mark.parametrize(("one", "other"), LOOK_ALIKE)
def test_look_alikes_have_one_skeleton_and_stay_apart_in_plain_folding(one: str, other: str) -> None:
    assert fold_label(one) != fold_label(other)
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Men", "Women"),
        ("0-17", "18-29"),
        ("Мужчины", "Женщины"),
        ("Район", "Раион"),
        ("Admin 1", "Admin l"),
        ("No", "N"),
    ],
)
def test_different_labels_stay_different(one: str, other: str) -> None:
    assert fold_label(one) != fold_label(other)
    assert skeleton(one) != skeleton(other)


def test_a_word_is_read_in_the_script_that_it_means() -> None:
    assert skeleton("Oблacть, Distriсt") == "область, district"
    assert skeleton("Область") == "область"


@given(ANY)
@settings(max_examples=150, deadline=None)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_label(fold_label(text)) == fold_label(text)
    assert skeleton(skeleton(text)) == skeleton(text)
    assert fold_key(fold(text)) == fold_key(text)


@given(st.text("абвгдежзиклмнопрстухыья ", min_size=1, max_size=15), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_any_letter_may_be_typed_as_its_double(text: str, random: object) -> None:
    doubles = dict(zip(CYRILLIC, LATIN, strict=True))
    typed = "".join(doubles[c] if c in doubles and c != " " and random.random() < 0.5 else c for c in text)  # type: ignore[attr-defined]
    assert skeleton(typed) == skeleton(text)


@given(st.lists(ANY, max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_column_folds_as_its_values_do(values: list[str]) -> None:
    frame = pl.DataFrame({"v": [*values, None]}, schema={"v": pl.String})
    assert frame.select(fold_column("v"))["v"].to_list() == [*map(fold, values), None]


def test_brackets_in_a_glob_stand_for_themselves_and_for_a_choice() -> None:
    assert matches_any("Remark [optional]", ["remark [optional]"])
    assert matches_any("No# of IDPs", ["no[.#] of idps*"])
    assert not matches_any("Remarks", ["remark"])
    assert matches_any("[1]. Notes", ["[[]1]*"])


def test_a_skeleton_counts_only_where_one_label_has_it() -> None:
    found = LookAlikes({"район": 1, "область": 2, "сор": 3, "cop": 4})
    assert found.get(fold_label("Pайон")) == 1
    assert fold_label("Oбласть") in found
    assert found.get("район") == 1
    assert (found.get("сор"), found.get("cop")) == (3, 4)
    assert found.get(fold_label("соp")) is None  # looks like both
    assert found.get("") is None
