"""A sheet without a level that the others have: it is filled where one place fits, and asked for where several do."""

from __future__ import annotations

from tests.unit.normalize.conftest import Bench, findings, reasons, values

BOOK = """
sheets:
  - name: places
    patterns: [places]
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: district, labels: [District], required: true}
      - {field: town, labels: [Town], required: true}
      - {field: migrants, labels: [Migrants], type: count, required: true, measure: {category: migrant}}
  - name: nationality
    patterns: [nationality]
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: town, labels: [Town], required: true}
      - {field: nationality, labels: [Nationality], type: country, required: true}
      - {field: people, labels: [People], type: count, required: true}
    measure: {category: migrant, dimension: nationality, item_field: nationality, value_field: people}
  - name: regions
    patterns: [regions]
    columns:
      - {field: region, labels: [Region], required: true}
      - {field: returned, labels: [Returned], type: count, required: true, measure: {category: returned}}
"""
PLACES = [
    ["Region", "District", "Town", "Migrants"],
    ["N", "D one", "T one", 5],
    ["N", "D two", "T two", 6],
    ["S", "D one", "T one", 2],
]


def deliver(bench: Bench, places: list[list[object]], nationality: list[list[object]]) -> object:
    bench.codebook(BOOK)
    path = bench.folder / "operations" / "t" / "codebooks" / "t.yml"
    levels = "{level: 2, name_field: district}\n    - {level: 3, name_field: town}"
    path.write_text(path.read_text().replace("{level: 2, name_field: district, required: false}", levels))
    head = ["Region", "Town", "Nationality", "People"]
    return bench.deliver(
        places, sheet="places", nationality=[head, *nationality], regions=[["Region", "Returned"], ["N", 40]]
    )


def test_the_district_between_is_taken_from_the_other_sheet(bench: Bench) -> None:
    done = deliver(bench, PLACES, [["N", "T one", "Niger", 5], ["N", "t ONE ", "Chad", 1], ["S", "T one", "Niger", 2]])
    assert reasons(done) == {}
    found = values(done, "place_code", "dimension", "item")
    assert found["TTT/N/D-ONE/T-ONE", "nationality", "NER"] == 5  # by its ISO code, and at the place of its total
    assert found["TTT/S/D-ONE/T-ONE", "nationality", "NER"] == 2
    assert found["TTT/N", "total", None] == 40  # a sheet of regions is not asked for towns


def test_two_districts_that_fit_and_an_unknown_town_wait(bench: Bench) -> None:
    places = [*PLACES, ["N", "D three", "T one", 1]]
    done = deliver(bench, places, [["N", "T one", "Niger", 5], ["N", "T nine", "Niger", 5], ["N", "T two", "Niger", 1]])
    assert reasons(done) == {2: "place_missing", 3: "place_missing"}
    assert findings(done)["place_missing"] == "block"


def test_a_main_sheet_that_is_missing_or_not_understood_stops_the_round(bench: Bench) -> None:
    deliver(bench, PLACES, [["N", "T one", "Niger", 5]])
    path = bench.folder / "operations" / "t" / "codebooks" / "t.yml"
    rows = [["Region", "Town", "Nationality", "People"], ["N", "T one", "Niger", 5]]
    regions = [["Region", "Returned"], ["N", 40]]
    assert findings(bench.deliver(PLACES, name="round2.xlsx", sheet="places", regions=regions)) == {
        "absent_sheet": "block"
    }
    renamed = [["Region", "Town", "Citizenship", "People"], ["N", "T one", "Niger", 5]]
    done = bench.deliver(PLACES, name="round3.xlsx", sheet="places", nationality=renamed, regions=regions)
    told = done.table("finding").row(0, named=True)
    assert (told["code"], told["severity"]) == ("sheet_not_read", "block")
    assert "lacks nationality" in told["expected"]
    path.write_text(path.read_text().replace("  - name: regions\n", "  - name: regions\n    required: false\n"))
    assert findings(bench.deliver(PLACES, name="round4.xlsx", sheet="places", nationality=rows)) == {}
