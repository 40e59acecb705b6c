"""Recognising: headers match after folding, and a doubt is a refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.codebooks.folding import fold, fold_key, fold_label, in_rounds
from warehouse.codebooks.recognise import Recognised, recognise
from warehouse.deliveries.readers.open import read_file
from warehouse.errors import UnreadableDelivery

pytestmark = pytest.mark.usefixtures("toy")


def seen(path: Path) -> Recognised:
    return recognise(read_file(path), path.name)


@pytest.mark.parametrize("header", ["Region", " region ", "REGION\u00a0", "Область", "ОБЛАСТЬ"])
def test_labels_fold(workbook: Callable[..., Path], header: str) -> None:
    found = seen(workbook("round1.xlsx", [[header, "Displaced  people "], ["North", 1]]))
    assert [c.column.field for c in found.main.columns] == ["admin1_name", "idp"]


def test_the_header_is_found_below_a_banner(workbook: Callable[..., Path]) -> None:
    banner = [["Assessment of Toyland"], [], ["Region", "Displaced people"], ["North", 1]]
    assert seen(workbook("round1.xlsx", banner)).main.header_index == 2


def test_the_order_of_columns_does_not_matter(workbook: Callable[..., Path]) -> None:
    found = seen(workbook("round1.xlsx", [["Displaced people", "x", "Region"], [1, 2, "North"]]))
    assert {c.column.field: c.index for c in found.main.columns} == {"idp": 0, "admin1_name": 2}
    assert found.main.unknown == [(1, "x")]


def test_years_in_headers_become_items(workbook: Callable[..., Path]) -> None:
    found = seen(workbook("round1.xlsx", [["Region", "Displaced people", "Displaced in 2023"], ["North", 1, 1]]))
    assert found.main.columns[2].groups == {"item": "2023"}


def test_a_field_that_two_columns_claim_is_refused(workbook: Callable[..., Path]) -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        seen(workbook("round1.xlsx", [["Region", "Область", "Displaced people"], ["a", "b", 1]]))
    assert caught.value.code == "duplicate_header"


def test_the_round_must_be_one_number_everywhere(workbook: Callable[..., Path]) -> None:
    rows = [["Region", "Displaced people", "Round"], ["a", 1, 2]]
    assert seen(workbook("round2.xlsx", rows)).round_key == "toy-baseline-r02"
    with pytest.raises(UnreadableDelivery) as caught:
        seen(workbook("round3.xlsx", rows))
    assert caught.value.code == "mixed_rounds"
    with pytest.raises(UnreadableDelivery):
        seen(workbook("mixed.xlsx", [*rows, ["b", 1, 3]]))


def test_it_says_why(workbook: Callable[..., Path]) -> None:
    why = seen(workbook("round1.xlsx", [["Region", "Displaced people"], ["a", 1]])).why
    assert any("toy-baseline" in reason for reason in why)
    assert any("file's name" in reason for reason in why)


def test_folding() -> None:
    assert fold(" A\u00a0 B\n") == "a b"
    assert fold_label("Total No# of IDPs Ind#") == fold_label("Total No. of IDPs Ind.")
    assert fold_key("ASKIRA / UBA") == "ASKIRA-UBA"
    assert [in_rounds("1-2,5-", n) for n in (1, 2, 3, 5, 60)] == [True, True, False, True, True]
