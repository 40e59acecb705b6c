"""Matching headers: whole labels, last parts of paths, several header rows, what KoboToolbox adds, and what is refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.unit.codebooks.conftest import book, sheet
from warehouse.codebooks.match import SheetMatch, match_sheet
from warehouse.codebooks.model import Codebook
from warehouse.deliveries.readers.sheet import RawSheet

PLAIN = """
- name: main
  columns:
    - {field: region, labels: [Region], required: true}
    - {field: idp, labels: [Displaced], type: count, measure: {category: idp}}
    - {field: colour, labels: [Colour, profile/Colour of the roof]}
    - {field: why, type: choices, options: why, labels: [why, Reasons]}
"""
WHY = {"why": [{"code": "war", "labels": ["War"]}, {"code": "flood", "labels": ["Flood"]}]}
KOBO = ["_uuid", "_index", "_notes", "meta/rootUuid", "__version__"]


def matched(codebook: Codebook, raw: RawSheet, number: int | None = 1) -> SheetMatch:
    found = match_sheet(codebook, codebook.main, raw, number)
    assert found is not None
    return found


def fields(found: SheetMatch) -> dict[str, str]:
    return {c.label: c.column.field + (f"={c.option}" if c.option else "") for c in found.columns}


def test_a_label_of_two_fields_is_a_mistake_of_the_codebook() -> None:
    twice = "- {name: m, columns: [{field: a, labels: [Region]}, {field: b, labels: ['region ']}]}"
    with pytest.raises(ValidationError, match="fits two fields: a, b"):
        book(twice)
    apart = "- {name: m, columns: [{field: a, labels: [X], rounds: '1-3'}, {field: b, labels: [X], rounds: '4-'}]}"
    assert matched(book(apart), sheet(["X"], ["1"]), 4).columns[0].column.field == "b"


def test_an_answer_of_two_options_is_a_mistake_of_the_codebook() -> None:
    lists = {"why": [{"code": "a", "labels": ["2)2014"]}, {"code": "b", "labels": ["2)2014"], "rounds": "5-"}]}
    with pytest.raises(ValidationError, match="fits two options"):
        book(PLAIN, code_lists=lists)


def test_two_columns_of_one_field_are_named() -> None:
    found = matched(book(PLAIN, code_lists=WHY), sheet(["Region", "Displaced", "displaced "], ["n", 1, 2]))
    assert found.duplicated == ["idp: column B (Displaced) and column C (displaced)"]


def test_columns_of_older_and_newer_forms_are_one_where_no_row_fills_both() -> None:
    codebook = book(PLAIN, code_lists=WHY)
    header = ["Region", "Colour", "profile/Colour of the roof"]
    found = matched(codebook, sheet(header, ["n", "red", ""], ["n", "", "blue"]))
    assert not found.duplicated
    assert [[c.label for c in columns] for columns in found.merged] == [["Colour", "profile/Colour of the roof"]]
    assert matched(codebook, sheet(header, ["n", "red", "blue"])).duplicated


def test_an_unknown_label_that_stands_twice_is_refused_where_both_have_contents() -> None:
    codebook = book(PLAIN, code_lists=WHY)
    assert matched(codebook, sheet(["Region", "x", "X "], ["n", 1, 2])).duplicated == [
        "an unknown label: columns B and C"
    ]
    assert not matched(codebook, sheet(["Region", "x", "x"], ["n", 1, None])).duplicated


def test_a_column_without_a_label_that_has_contents_is_unknown() -> None:
    found = matched(book(PLAIN, code_lists=WHY), sheet(["Region", "", ""], ["n", 7, None]))
    assert found.unknown == [(1, "")]


def test_the_last_part_of_a_path_is_enough_where_it_is_unique() -> None:
    found = matched(
        book(PLAIN, code_lists=WHY), sheet(["intro/place/Region", "a/Colour", "Reasons/War"], ["n", "x", 1])
    )
    assert fields(found) == {"intro/place/Region": "region", "a/Colour": "colour", "Reasons/War": "why=war"}
    assert [c.by_part for c in found.columns] == [True, True, False]
    twice = matched(book(PLAIN, code_lists=WHY), sheet(["Region", "a/Colour", "b/Colour"], ["n", "x", "y"]))
    assert [label for _, label in twice.unknown] == ["a/Colour", "b/Colour"]


def test_a_path_of_the_codebook_is_known_by_its_last_part_too() -> None:
    found = matched(book(PLAIN, code_lists=WHY), sheet(["Region", "Colour of the roof"], ["n", "x"]))
    assert fields(found)["Colour of the roof"] == "colour"


def test_a_count_is_not_known_by_its_last_part_but_in_an_export() -> None:
    codebook = book(PLAIN, code_lists=WHY)
    assert matched(codebook, sheet(["Region", "Returnees/Displaced"], ["n", 1])).unknown == [(1, "Returnees/Displaced")]
    found = matched(codebook, sheet(["Region", "people/Displaced", "_uuid"], ["n", 1, "u"]))
    assert fields(found)["people/Displaced"] == "idp"


def test_what_kobotoolbox_adds_is_known_without_listing_it() -> None:
    found = matched(book(PLAIN, code_lists=WHY), sheet(["Region", *KOBO, "start", "Colour"], ["n", *["x"] * 7]))
    assert not found.unknown
    assert {"_uuid": "uuid", "_index": "index", "__version__": "form_version"}.items() <= fields(found).items()
    assert [label for _, label in found.ignored] == ["_notes", "meta/rootUuid"]
    assert found.find("started_at")


def test_without_such_an_export_the_same_labels_are_unknown() -> None:
    assert [
        x for _, x in matched(book(PLAIN, code_lists=WHY), sheet(["Region", "start", "_notes"], ["n", 1, 2])).unknown
    ] == ["start", "_notes"]


def test_two_header_rows_are_joined_and_merged_cells_filled() -> None:
    bands = """
- name: main
  header_rows: 2
  columns:
    - {field: region, labels: [Region], required: true}
    - {field: idp_hh, labels: [IDPs/Households], type: count, measure: {category: idp, unit: households}}
    - {field: idp, labels: [IDPs/Individuals], type: count, measure: {category: idp}}
    - {field: ret, labels: [Returnees/Individuals], type: count, measure: {category: returned}}
"""
    rows = [
        ["Assessment of 2024"],
        [],
        ["Region", "IDPs", "", "Returnees"],
        ["", "Households", "Individuals", "Individuals"],
        ["n", 1, 2, 3],
    ]
    found = matched(book(bands), sheet(*rows))
    assert [c.column.field for c in found.columns] == ["region", "idp_hh", "idp", "ret"]
    assert found.first_row == 4


def test_groups_side_by_side_are_numbered() -> None:
    groups = """
- name: main
  columns: [{field: region, labels: [Region], required: true}]
  groups:
    - {name: dest, count: 2, item_labels: ['Country {n}'], item_type: country, value_labels: ['Number {n}'],
       measure: {category: emigrant, dimension: country}}
"""
    found = matched(
        book(groups), sheet(["Region", "Country 1", "Number 1", "Country 2", "Number 2"], ["n", "RUS", 1, "KAZ", 2])
    )
    assert [c.member for c in found.columns[1:]] == [
        ("dest", 1, "item"),
        ("dest", 1, "value"),
        ("dest", 2, "item"),
        ("dest", 2, "value"),
    ]


def test_columns_of_a_form_version_are_known_only_there() -> None:
    versions = """
- name: main
  columns:
    - {field: region, labels: [Region], required: true}
    - {field: form_version, labels: [Version]}
    - {field: old, labels: [Number], versions: 'v1*'}
    - {field: new, labels: [Number], versions: 'v2*'}
"""
    assert fields(matched(book(versions), sheet(["Region", "Number", "Version"], ["n", 1, "v2.1"])))["Number"] == "new"
    assert fields(matched(book(versions), sheet(["Region", "Number", "Version"], ["n", 1, "v1"])))["Number"] == "old"


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("countries_of_return_of_the_household", "countries_of_return_of_the_hous", True),  # cut at 31 characters
        ("countries_of_return_of_the_household", "countries_of_return_of_the_hou", False),
        ("group/countries [1]", "groupcountries 1", True),  # characters that a sheet's name can't have
        ("*baseline*", "A Baseline of 31 characters xxx", True),
        ("dataset", "data", False),
    ],
)
def test_names_of_sheets(pattern: str, name: str, fits: bool) -> None:
    codebook = book(PLAIN.replace("name: main", f"name: main\n  patterns: ['{pattern}']"), code_lists=WHY)
    assert (match_sheet(codebook, codebook.main, sheet(["Region"], ["n"], name=name), 1) is not None) == fits


def test_rows_of_two_form_versions_in_which_a_label_means_two_fields_are_refused() -> None:
    columns = "[{field: region, labels: [R]}, {field: form_version, labels: [V]}, {field: a, labels: [X], versions: v1}, {field: b, labels: [X], versions: v2}]"
    found = matched(book(f"- {{name: m, columns: {columns}}}"), sheet(["R", "V", "X"], ["n", "v1", 1], ["n", "v2", 2]))
    assert found.duplicated == ["a or b, by form version: column C (X)"]


def test_a_label_of_a_group_and_of_a_field_is_a_mistake_of_the_codebook() -> None:
    group = "{name: g, count: 2, item_labels: ['Country {n}'], value_labels: ['Number {n}'], measure: {category: idp, dimension: country}}"
    with pytest.raises(ValidationError, match="fits two fields"):
        book(f"- {{name: m, columns: [{{field: a, labels: [Number 2]}}], groups: [{group}]}}")
