"""A renamed column is suggested, never used by likeness; an unknown layout says what it lacks and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.codebooks.recognise import Declared, recognise
from warehouse.codebooks.similar import LIKELY, POSSIBLE, score
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.vault import Vault
from warehouse.errors import UnreadableDelivery
from warehouse.normalize.run import Normalized, normalize
from warehouse.settings import Home

Take = Callable[[list[list[object]]], Normalized]


@pytest.fixture
def taken(toy: Path, home: Home, workbook: Callable[..., Path]) -> Take:
    def take(rows: list[list[object]]) -> Normalized:
        return normalize(home, Vault(home).receive(workbook("round1.xlsx", rows), Declared("toy")).delivery)

    return take


def refusal(path: Path) -> UnreadableDelivery:
    with pytest.raises(UnreadableDelivery) as caught:
        recognise(read_file(path), path.name, Declared("toy"))
    assert caught.value.code == "unknown_layout"
    return caught.value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Displaced people (total)", "Displaced people"),
        ("Nombre de ménages PDI", "nombre ménages PDI"),
        ("Interview/Date of the interview", "Interview/Date of interview"),
        ("m0310_loc_num_idps", "num idps"),
    ],
)
def test_new_names_of_one_thing_are_likely(one: str, other: str) -> None:
    assert LIKELY <= score(one, other) <= 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Male 0-17", "Male 18-29"),
        ("IDP men", "IDP women"),
        ("IDP households", "IDP individuals"),
        ("Admin 1 name", "Admin 2 name"),
        ("Мужчины, 0-17 лет", "Женщины, 0-17 лет"),
        ("Returned in 2023", "Returned in 2024"),
        ("", "x"),
    ],
)
def test_opposites_and_other_numbers_are_never_alike(one: str, other: str) -> None:
    assert score(one, other) < POSSIBLE


def test_a_known_column_under_a_new_name_is_suggested_and_not_used(taken: Take) -> None:
    done = taken([["Region", "Displaced people", "Displaced household number"], ["North", 5, 1]])
    found = done.table("finding").filter(code="unknown_column").row(0, named=True)
    assert "looks like idp_hh (label 'Displaced households', score " in found["todo"]
    assert done.table("population").filter(unit="households").is_empty()


def test_a_column_that_is_like_nothing_has_no_suggestion(taken: Take) -> None:
    done = taken([["Region", "Displaced people", "Weather"], ["North", 5, "dry"]])
    assert "looks like" not in done.table("finding").filter(code="unknown_column")["todo"][0]


def test_letters_of_another_keyboard_are_read_and_noted(taken: Take) -> None:
    done = taken([["Rеgiоn", "Displaсed people"], ["North", 5]])  # Cyrillic е, о, с
    noted = done.table("finding").filter(code="look_alike_letters")
    assert sorted(noted["column_label"]) == ["column 1: Rеgiоn", "column 2: Displaсed people"]
    assert done.counts()["people_accepted"] == 5


def test_a_header_that_stands_twice_by_look_alikes_is_refused(taken: Take) -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        taken([["Region", "Displaced people", "Displaсed people"], ["North", 5, 6]])
    assert caught.value.code == "duplicate_header"


def test_a_required_label_under_a_new_name_names_the_candidate_and_the_next_command(
    toy: Path, workbook: Callable[..., Path]
) -> None:
    error = refusal(workbook("r1.xlsx", [["banner"], ["Region", "District", "Displaced people, total"], ["A", "B", 5]]))
    assert "nearest is codebook toy-baseline (2 of 3 columns known, sheet 'data', row 2)" in error.expected
    assert "it lacks idp (looks like column 'Displaced people, total', score " in error.expected
    assert error.todo.startswith("mtm codebook suggest r1.xlsx --operation toy")


def test_a_required_field_without_any_candidate_is_named(toy: Path, workbook: Callable[..., Path]) -> None:
    error = refusal(workbook("r1.xlsx", [["Region", "Weather"], ["A", "dry"]]))
    assert "idp (no column is like it)" in error.expected


def test_a_sheet_of_another_name_is_said(toy: Path, workbook: Callable[..., Path]) -> None:
    path = toy / "codebooks" / "baseline.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("patterns: ['*']", "patterns: ['base*']"), encoding="utf-8"
    )
    error = refusal(workbook("r1.xlsx", [["Region", "Displaced people"], ["A", 5]]))
    assert "all required labels are there, but the sheet's name is none of base*" in error.expected


def test_values_of_a_file_without_a_header_are_not_repeated(toy: Path, workbook: Callable[..., Path]) -> None:
    error = refusal(workbook("r1.xlsx", [["Region", "Aigul Asanova", "+996 555 123456"], ["Joldosh", "x", "y"]]))
    assert "Aigul" not in str(error)
    assert "996" not in str(error)
