"""Shapes of deliveries: long, groups side by side, several main sheets, repeats within repeats. People add up in each."""

from __future__ import annotations

import pytest

from tests.unit.normalize.conftest import Bench, findings, law, reasons, values

LONG = """
sheets:
  - name: main
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: district, labels: [District]}
      - {field: category, labels: [Category], type: choice, options: category}
      - {field: sex, labels: [Sex], type: choice, options: sex}
      - {field: country, labels: [Nationality], type: country}
      - {field: people, labels: [Individuals], type: count, required: true}
    measure: {category_field: category, dimension: total, sex_field: sex, value_field: people}
code_lists:
  category: [{code: idp, labels: [IDP]}, {code: returned, labels: [Returnee]}]
  sex: [{code: male, labels: [M]}, {code: female, labels: [F]}]
"""


def test_long_sheets_say_in_each_row_what_they_count(bench: Bench) -> None:
    bench.codebook(LONG)
    rows = [
        ["Region", "District", "Category", "Sex", "Individuals"],
        ["North", "D1", "IDP", "", 10], ["North", "D1", "IDP", "M", 4], ["North", "D1", "IDP", "F", 6],
        ["North", "D1", "Returnee", "All", 7], ["South", "", "Guest", "", 3], ["South", "", "IDP", "?", 3], ["South", "", "IDP", "", "x"],
    ]  # fmt: skip
    done = bench.deliver(rows)
    assert values(done, "population_category", "dimension", "sex") == {
        ("idp", "total", "all"): 10, ("idp", "sex_age", "male"): 4, ("idp", "sex_age", "female"): 6, ("returned", "total", "all"): 7,
    }  # fmt: skip
    assert reasons(done) == {6: "unknown_category", 7: "unknown_category", 8: "not_a_whole_number"}
    assert law(done)["idp.individuals"] == (10, 10, 0)
    assert law(done)["unknown.individuals"] == (3, 0, 3)
    assert dict(done.table("rejected").select("row_number", "people").iter_rows()) == {6: 3, 7: 3, 8: None}


def test_long_sheets_by_item_keep_their_totals_apart(bench: Bench) -> None:
    bench.codebook(LONG.replace("dimension: total, sex_field: sex", "dimension: country, item_field: country"))
    rows = [
        ["Region", "Nationality", "Category", "Individuals"],
        ["North", "Russia", "IDP", 4], ["North", "Казахстан", "IDP", 6], ["North", "Total", "IDP", 10], ["North", "", "IDP", 1],
    ]  # fmt: skip
    done = bench.deliver(rows)
    assert values(done, "dimension", "item") == {
        ("country", "RUS"): 4, ("country", "KAZ"): 6, ("total", None): 10, ("country", "UNKNOWN"): 1,
    }  # fmt: skip
    law(done)


GROUPS = """
sheets:
  - name: main
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: total, labels: [Emigrants], type: count, required: true, measure: {category: emigrant}}
    groups:
      - {name: dest, count: 3, item_labels: ['Country {n}'], item_type: country, value_labels: ['Number {n}'],
         measure: {category: emigrant, dimension: country}}
"""


def test_groups_side_by_side_become_parts(bench: Bench) -> None:
    bench.codebook(GROUPS)
    rows = [
        ["Region", "Emigrants", "Number 1", "Country 1", "Country 2", "Number 2"],  # in any order
        ["North", 9, 5, "RUS", "Казахстан", 4], ["South", 3, 3, "Russia", "", ""], ["East", 2, "", "", "", 2], ["West", 1, "x", "RUS", "", ""],
    ]  # fmt: skip
    done = bench.deliver(rows)
    assert values(done, "dimension", "item") == {
        ("total", None): 15, ("country", "RUS"): 8, ("country", "KAZ"): 4, ("country", "UNKNOWN"): 2,
    }  # fmt: skip
    assert findings(done)["part_not_a_number"] == "block"
    assert findings(done)["number_without_item"] == "review"
    assert law(done)["emigrant.individuals.country"] == (14, 14, 0)
    assert law(done)["cells.unreadable"] == (1, 1, 0)


SEVERAL = """
sheets:
  - name: idp
    patterns: ['*idp*']
    header_row: 3
    columns:
      - {field: region, labels: [Province], required: true}
      - {field: by_year, pattern: 'arrival idps (?P<item>\\d{4})', type: count, measure: {category: idp, dimension: year, item: '{item}'}}
      - {field: idp, labels: [Arrival IDPs], type: count, required: true, measure: {category: idp}}
  - name: returnee
    patterns: ['*returnee*']
    columns:
      - {field: region, labels: [Province], required: true}
      - {field: returned, labels: [Returnees], type: count, required: true, measure: {category: returned}}
  - {name: levels, patterns: ['*district*'], role: ignore}
"""


def test_a_sheet_per_category_is_read_as_one_round(bench: Bench) -> None:
    bench.codebook(SEVERAL)
    idp = [
        ["Map 4"],
        [],
        ["Province", "Arrival IDPs", "Arrival IDPs 2021"],
        ["North", 5, 2],
        ["Province", "Arrival IDPs", "Arrival IDPs 2021"],
        ["South", 6, 1],
    ]
    returnees = [["Province", "Returnees"], ["North", 7], ["South", "x"]]
    districts = [["Province", "Arrival IDPs"], ["D1", 11]]
    done = bench.deliver(idp, sheet="Map4_IDP_Arrival", Map5_Returnees=returnees, IDP_District=districts)
    assert values(done, "population_category", "dimension") == {
        ("idp", "total"): 11,
        ("idp", "year"): 3,
        ("returned", "total"): 7,
    }
    assert law(done)["rows"] == (5, 3, 2)
    sheets = done.table("assessment").select("sheet", "row_number", "row_id")
    assert sheets.rows() == [
        ("Map4_IDP_Arrival", 4, "idp-0000004"), ("Map4_IDP_Arrival", 6, "idp-0000006"), ("Map5_Returnees", 2, "returnee-0000002"),
    ]  # fmt: skip
    assert findings(done)["repeated_header"] == "note"


NESTED = """
sheets:
  - name: main
    patterns: [data]
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: total, labels: [Emigrants], type: count, required: true, measure: {category: emigrant}}
  - {name: household, patterns: [household], role: repeat, columns: [{field: size, labels: [Size]}]}
  - name: member
    patterns: [a_very_long_name_of_a_repeat_group_of_members]
    role: repeat
    parent: household
    measure: {category: emigrant, dimension: country, item_field: country, value_field: people}
    columns:
      - {field: country, labels: [Country], type: country}
      - {field: people, labels: [People], type: count, required: true}
"""


def test_repeats_within_repeats_find_their_row(bench: Bench) -> None:
    bench.codebook(NESTED)
    main = [["Region", "Emigrants", "_index"], ["North", 9, 1], ["South", "x", 2], ["East", 4, 3]]
    household = [
        ["Size", "_index", "_parent_table_name", "_parent_index"],
        [4, 1, "data", 1],
        [2, 2, "data", 2],
        [1, 3, "data", 3],
    ]
    member = [
        ["Country", "People", "_index", "_parent_index"],
        ["RUS", 9, 1, 1],
        ["KAZ", 2, 2, 2],
        ["RUS", 4, 3, 3],
        ["RUS", 8, 4, 77],
        ["RUS", "x", 5, 1],
    ]
    done = bench.deliver(main, household=household, a_very_long_name_of_a_repeat_gr=member)
    assert values(done, "row_id", "dimension", "item") == {
        ("0000002", "total", None): 9, ("0000004", "total", None): 4, ("0000002", "country", "RUS"): 9, ("0000004", "country", "RUS"): 4,
    }  # fmt: skip
    assert law(done)["emigrant.individuals.country"] == (23, 13, 10)
    assert law(done)["rows.member"] == (5, 2, 3)
    found = (
        done.table("rejected")
        .filter(done.table("rejected")["sheet"] != "data")
        .select("row_number", "reason_code", "people")
    )
    assert sorted(found.rows()) == [(5, "orphan_row", 8), (6, "not_a_whole_number", None)]
    assert findings(done)["orphan_row"] == "block"


def test_sheets_that_nobody_knows_are_told(bench: Bench) -> None:
    bench.codebook(GROUPS.replace("name: main", "name: main\n    patterns: [data]"))
    done = bench.deliver([["Region", "Emigrants"], ["North", 1]], more=[["Region", "People"], ["x", 1]])
    assert findings(done)["unused_sheet"] == "review"


def test_sheets_of_two_admin_levels_are_never_added_up(bench: Bench) -> None:
    sheet = """
  - name: {name}
    patterns: [{name}]
    columns:
      - {{field: region, labels: [Region], required: true}}
      - {{field: district, labels: [{district}]}}
      - {{field: idp, labels: [IDPs], type: count, required: true, measure: {{category: idp}}}}"""
    bench.codebook("sheets:" + sheet.format(name="adm1", district="x") + sheet.format(name="adm2", district="District"))
    districts = [["Region", "District", "IDPs"], ["North", "D1", 4], ["North", "D2", 6]]
    assert (
        findings(bench.deliver([["Region", "IDPs"], ["North", 10]], sheet="adm1", adm2=districts))["levels_added"]
        == "block"
    )
    apart = bench.deliver([["Region", "IDPs"], ["South", 10]], sheet="adm1", name="round2.xlsx", adm2=districts)
    assert "levels_added" not in findings(apart)


def test_a_total_that_is_blank_beside_its_parts_is_told(bench: Bench) -> None:
    bench.codebook(GROUPS)
    header = ["Region", "Emigrants", "Country 1", "Number 1"]
    done = bench.deliver([header, ["North", 9, "RUS", 5], ["South", "", "RUS", 3], ["East", 1, "", ""]])
    assert findings(done)["no_total"] == "block"  # the only total: the row is not used at all
    assert "total_missing" not in findings(done)
    text = (bench.folder / "operations" / "t" / "codebooks" / "t.yml").read_text()
    more = "      - {field: idp, labels: [IDPs], type: count, measure: {category: idp}}\n    groups:"
    (bench.folder / "operations" / "t" / "codebooks" / "t.yml").write_text(text.replace("    groups:", more, 1))
    done = bench.deliver([[*header, "IDPs"], ["North", 9, "RUS", 5, 1], ["South", "", "RUS", 3, 1]], "round2.xlsx")
    assert findings(done) == {"total_missing": "review"}


CODED = """
sheets:
  - name: main
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: code, labels: [Code], type: code}
      - {field: idp, labels: [IDPs], type: count, required: true, measure: {category: idp}}
"""


def test_a_code_of_another_system_at_two_places_is_told(bench: Bench) -> None:
    bench.codebook(CODED)
    path = bench.folder / "operations" / "t" / "codebooks" / "t.yml"
    path.write_text(path.read_text().replace("name_field: region}", "name_field: region, more_codes: [code]}"))
    rows = [["Region", "Code", "IDPs"], ["North", "N1", 1], ["North", "N1", 2], ["South", "S1", 3], ["South", "N1", 4]]
    found = bench.deliver(rows).table("finding")
    assert found.select("code", "severity", "row_number", "rows").rows() == [("place_code_differs", "review", 5, 1)]
    assert findings(bench.deliver([*rows[:3], rows[3], ["NORTH", " n1", 4]], "round2.xlsx")) == {}


@pytest.mark.parametrize(("code", "told"), [("КG7-1", True), (12, True), ("KG77-123", False), ("", False)])
def test_a_code_built_unlike_all_others_is_told(bench: Bench, code: object, told: bool) -> None:
    bench.codebook(CODED)
    path = bench.folder / "operations" / "t" / "codebooks" / "t.yml"
    path.write_text(path.read_text().replace("name_field: region}", "name_field: region, code_field: code}"))
    names = ["".join(chr(97 + (i * p + p) % 26) for p in (3, 5, 7, 11, 17)) for i in range(40)]
    rows = [[name, f"KG{i}-{i * 7 % 97}", 1] for i, name in enumerate(names)]
    rows[9][1] = code
    found = (
        bench.deliver([["Region", "Code", "IDPs"], *rows])
        .table("finding")
        .select("code", "severity", "row_number")
        .rows()
    )
    assert (("odd_place_code", "review", 11) in found) is told
