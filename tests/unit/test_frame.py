"""The frame and the names of parts: what the files say reaches the marts, and a mistake names its row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.codebooks.check import check_operation
from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError
from warehouse.frame import frame_of
from warehouse.normalize.run import normalized_id
from warehouse.operations import load_operation
from warehouse.parts import parts_of
from warehouse.releases.reference import dimension_rows, frame_rows, item_rows
from warehouse.replay import reference_hash
from warehouse.settings import Home

PLACES = "place_code,place_level,parent_code,place_name_en,geography_vintage\nT,0,,Toy,v1\nN,1,T,North,v1\nN1,2,N,Upper,v1\nN2,2,N,Lower,v1\n"
HEADER = "geography_vintage,place_code,communities,frame_year,frame_source\n"


@pytest.fixture
def places(toy: Path) -> Path:
    (toy / "gazetteer").mkdir(exist_ok=True)
    (toy / "gazetteer" / "toy.csv").write_text(PLACES, encoding="utf-8")
    return toy


def frame(folder: Path, rows: str, header: str = HEADER) -> None:
    (folder / "frame.csv").write_text(header + rows, encoding="utf-8")


def test_a_frame_is_read_and_a_blank_number_is_not_known(places: Path) -> None:
    frame(places, "v1,N1,12,2021,list\nv1,N2,,2021,list\n")
    assert [r.communities for r in frame_of(load_operation("toy"), None)] == [12, None]
    assert frame_rows(load_operation("toy"), None)[0] == {
        "operation": "toy", "geography_vintage": "v1", "place_code": "N1", "communities": 12, "frame_year": 2021, "frame_source": "list",
    }  # fmt: skip


def test_without_a_frame_nothing_is_known(places: Path) -> None:
    assert frame_of(load_operation("toy"), None) == []


@pytest.mark.parametrize(
    ("rows", "row", "what"),
    [
        ("v1,N1,12,2021,list\nv1,X,3,2021,list\n", 3, "no place X"),
        ("v2,N1,12,2021,list\n", 2, "vintage v2 has no place N1"),
        ("v1,N1,twelve,2021,list\n", 2, "communities"),
        ("v1,N1,-1,2021,list\n", 2, "communities"),
        ("v1,N1,12,2021,\n", 2, "frame_source"),
        ("v1,N1,12\n", 2, "frame_year"),
        ("v1,N1,12,2021,list,more\n", 2, "frame.csv can't be used"),
        ("v1,N1,12,2021,list\nv1,N1,13,2021,list\n", 3, "row 2 already"),
        ("v1,N,20,2021,list\nv1,N2,9,2021,list\n", 3, "counted twice"),
        ("v1,N2,9,2021,list\nv1,T,20,2021,list\n", 2, "counted twice"),
    ],
)
def test_a_mistake_names_its_row(places: Path, rows: str, row: int, what: str) -> None:
    frame(places, rows)
    with pytest.raises(MtmError) as error:
        frame_of(load_operation("toy"), None)
    assert error.value.code == "bad_operation_file"
    assert f"frame.csv, row {row}" in str(error.value) and what in str(error.value)


def test_the_check_of_an_operation_names_the_line_of_its_frame(places: Path) -> None:
    before, files = check_operation(places)
    frame(places, "v1,N1,12,2021,list\nv1,X,3,2021,list\n")
    found, seen = check_operation(places)
    assert seen == files + 1
    assert [(p.file, p.line) for p in found if p not in before] == [("toy/frame.csv", 3)]
    frame(places, "v1,N1,12,2021,list\n")
    assert check_operation(places)[0] == before


def test_a_missing_column_is_told(places: Path) -> None:
    frame(places, "v1,N1,2021,list\n", "geography_vintage,place_code,frame_year,frame_source\n")
    with pytest.raises(MtmError, match="communities"):
        frame_of(load_operation("toy"), None)


def test_the_kyrgyz_frame_is_the_list_of_villages() -> None:
    rows = frame_of(load_operation("kgz"), None)
    assert sum(r.communities or 0 for r in rows) == 1855
    villages = {
        "02": 192,
        "03": 424,
        "04": 136,
        "05": 190,
        "06": 491,
        "07": 91,
        "08": 331,
    }  # by the digits of the oblast
    for oblast, number in villages.items():
        assert sum(r.communities or 0 for r in rows if r.place_code[2:4] == oblast) == number
    assert sum(r.communities is None for r in rows) == 15  # 13 cities, Bishkek and Osh: their quarters are not listed


def test_an_operation_names_its_parts_over_the_common_ones(toy: Path) -> None:
    (toy / "parts.yml").write_text(
        "dimensions:\n  reason: {adds_up: whole, items: {storm: {en: Storm, ru: Буря}}}\n  shelter: {name: {en: Shelter}}\n  job: {adds_up: some}\n",
        encoding="utf-8",
    )
    operation = load_operation("toy")
    parts = parts_of(operation)
    assert parts["reason"].adds_up == "whole" and parts["reason"].name and parts["reason"].name.ru == "Причина"
    items = {(r["dimension"], r["item"]): r["item_name_ky"] for r in item_rows(operation)}
    assert items["reason", "storm"] == "Storm" and items["reason", "work"] == "Жумуш"
    rows = {r["dimension"]: (r["dimension_name_ru"], r["adds_up"]) for r in dimension_rows(operation)}
    assert rows["shelter"] == ("Shelter", None) and rows["job"] == ("job", "some")


def test_every_part_has_its_name_in_three_languages() -> None:
    for code in ("kgz", "nga", "mli", "mwi"):
        for dimension, known in parts_of(load_operation(code)).items():
            names = [*([known.name] if known.name else []), *known.items.values()]
            assert all(n.ru and n.ky for n in names), dimension


def test_a_bad_parts_file_names_its_key(toy: Path) -> None:
    (toy / "parts.yml").write_text("dimensions: {reason: {adds_up: maybe}}", encoding="utf-8")
    with pytest.raises(MtmError, match=r"parts\.yml can't be used: dimensions\.reason\.adds_up"):
        parts_of(load_operation("toy"))


def test_marts_are_built_again_for_frame_parts_and_residents_only(
    places: Path, home: Home, workbook: Callable[..., Path]
) -> None:
    Vault(home).receive(workbook("round1.xlsx", [["_uuid", "Region", "Displaced people"], ["u1", "North", 5]]))
    delivery = Vault(home).current("toy-baseline-r01")

    def stands() -> tuple[str, str]:
        operation = load_operation("toy")
        return normalized_id(delivery, operation, home), reference_hash(operation, delivery)

    before = stands()
    frame(places, "v1,N1,12,2021,list\n")
    framed = stands()
    assert framed[0] == before[0] and framed[1] != before[1]
    (places / "parts.yml").write_text("dimensions: {reason: {adds_up: whole}}", encoding="utf-8")
    named = stands()
    assert named[0] == before[0] and named[1] != framed[1]
    residents = PLACES.replace("vintage\n", "vintage,population\n").replace(",v1\n", ",v1,100\n")
    (places / "gazetteer" / "toy.csv").write_text(residents, encoding="utf-8")
    assert stands()[1] != named[1]
