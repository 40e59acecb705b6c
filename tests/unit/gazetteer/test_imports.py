"""Importing lists of places: counts, codes, the list's own errors, formats, vintages, and nothing half written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.errors import MtmError
from warehouse.gazetteer.imports.run import Imported, import_places
from warehouse.gazetteer.store import gazetteer_rows, of_vintage, overlay_folder, overlay_hash
from warehouse.operations import Operation, load_operation
from warehouse.settings import Home

SOATE = "id,name_ru,soate,type,parent_id\n1,Ошская область,41706000000000,RegionAndCity,null\n"


def listed(
    path: Path, text: str, kgz: Operation, home: Home, vintage: str | None = "test-1", format: str | None = None
) -> Imported:
    path.write_text(text, encoding="utf-8")
    return import_places(path, kgz, home, format, vintage)


def codes(done: Imported) -> list[str]:
    return [p.code for p in done.problems]


def test_the_soate_list_of_2021(kgz: Operation, reference: Path, home: Home) -> None:
    done = import_places(reference / "kgz_soate_2021.csv", kgz, home, None, None)
    assert (done.format, done.vintage, done.counts) == ("soate", "soate-2021", {0: 1, 1: 9, 2: 58, 3: 516, 4: 1855})
    assert {"name_doubled_word", "name_spaces", "code_level"} == set(codes(done))
    rows = {r["place_code"]: r for r in of_vintage(gazetteer_rows(kgz, home), "soate-2021", "")}
    known = {
        r["place_code"]: r["parent_code"]
        for r in kgz.gazetteer
        if r["geography_vintage"] == "cod-2018" and r["place_level"] != "0"
    }
    assert len(known) == 62
    assert {code: rows[code]["parent_code"] for code in known} == known
    assert rows["KG02220000000"]["place_name_ru"] == "Тонский район"


def test_both_sources_of_pcodes_agree_with_the_gazetteer(kgz: Operation, reference: Path, home: Home) -> None:
    for name, vintage in (
        ("kgz_adm2_boundaries_2018.geojson", None),
        ("pcodes_adm1_adm2.csv", None),
        ("kgz_adm1_boundaries.geojson", "cod-2018"),
    ):
        done = import_places(reference / name, kgz, home, None, vintage)
        assert (done.vintage, done.new) == ("cod-2018", 0)
        assert not [p for p in done.problems if p.severity != "note"], name
    nigeria = import_places(reference / "pcodes_adm1_adm2.csv", load_operation("nga"), home, None, None)
    assert nigeria.counts == {1: 37, 2: 774}


def test_the_errors_of_a_list_are_told(kgz: Operation, home: Home, tmp_path: Path) -> None:
    text = SOATE + (
        "2,Аравансkий  район,41706211800000,District,1\n"  # another level's digits, a Latin k, two spaces
        "3,Алайский район,4170 6207 000000,District,1\n"
        "4,Ничей район,41706999000000,District,77\n"
        "5,Дитя ничьего,41706999801000,Countryside,4\n"
        "6,Короткий,41706,District,1\n"
        "7,Странный,41706246000000,Planet,1\n"
        "8,Узгенский район,41706207000000,District,1\n"
    )
    done = listed(tmp_path / "list.csv", text, kgz, home)
    assert done.counts == {0: 1, 1: 1, 2: 2}
    expected = ["code_level", "code_pattern", "code_spaces", "code_twice", "name_mixed_letters", "name_spaces",
                "parent_left_out", "parent_unknown", "type_unknown"]  # fmt: skip
    assert sorted(set(codes(done))) == expected
    rows = gazetteer_rows(kgz, home)
    assert next(r for r in rows if r["place_code"] == "KG06211800000")["place_name_ru"] == "Аравансκий район".replace(
        "κ", "к"
    )


def test_a_list_that_is_added_to_a_vintage_overrides_nothing(kgz: Operation, home: Home, tmp_path: Path) -> None:
    text = SOATE + "2,Совсем другой район,41706207000000,District,1\n3,Араванский район,41706211800000,District,1\n"
    done = listed(tmp_path / "list.csv", text, kgz, home, "cod-2018")
    assert {"name_differs", "known_under_other_code"} <= set(codes(done))
    rows = {r["place_code"]: r for r in of_vintage(gazetteer_rows(kgz, home), "cod-2018", "")}
    assert rows["KG06207000000"]["place_name_en"] == "Alai"
    assert "другой" not in rows["KG06207000000"]["aliases"]


def test_the_vintage_is_said_or_asked_for(kgz: Operation, home: Home, tmp_path: Path) -> None:
    with pytest.raises(MtmError, match="vintage of the list is not known"):
        listed(tmp_path / "list.csv", SOATE, kgz, home, None)
    assert listed(tmp_path / "list_2019.csv", SOATE, kgz, home, None).vintage == "soate-2019"
    with pytest.raises(MtmError, match="can't be a name"):
        listed(tmp_path / "list.csv", SOATE, kgz, home, "../evil")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("empty.csv", ""), ("words.csv", "a,b\n1,2\n"), ("broken.geojson", "{"), ("other.geojson", '{"type": "Feature"}'),
        ("none.geojson", '{"features": [{"properties": {"x": 1}}]}'), ("rows.csv", "id,name_ru,soate,type,parent_id\n1,x,y,Z,null\n"),
        ("deep.geojson", "[" * 100_000),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_and_nothing_is_kept(
    kgz: Operation, home: Home, tmp_path: Path, name: str, text: str
) -> None:
    with pytest.raises(MtmError):
        listed(tmp_path / name, text, kgz, home)
    assert not list(overlay_folder(home, "kgz").glob("*.csv"))


def test_a_wide_cod_table_and_a_plain_one(kgz: Operation, home: Home, tmp_path: Path) -> None:
    wide = "ADM1_EN,ADM1_PCODE,ADM2_EN,ADM2_PCODE,validOn\n#adm1+name,#adm1+code,#adm2+name,#adm2+code,#date\nA,X1,B,X11,2020-05-01\nA,X1,C,X12,2020-05-01\n"
    done = listed(tmp_path / "wide.csv", wide, kgz, home, None)
    assert (done.vintage, done.counts, done.problems) == ("cod-2020", {1: 1, 2: 2}, [])
    plain = "place_code,place_level,parent_code,place_name_en,aliases\nX1,1,,A,Aa;Ab\nX11,2,X1,B,\n"
    done = listed(tmp_path / "plain.csv", plain, kgz, home, "p-1")
    assert (done.format, done.counts) == ("csv", {1: 1, 2: 1})


def test_geojson_names_and_codes(kgz: Operation, home: Home, tmp_path: Path) -> None:
    features = [{"properties": {"Adm1_Code": "41706", "Adm1_EN": "Osh", "Adm1_RU": "Ошская"}, "geometry": None},
                {"properties": {"Adm1_Code": "41707", "Adm1_EN": "Chui"}, "geometry": None}]  # fmt: skip
    done = listed(tmp_path / "a.geojson", json.dumps({"features": features}), kgz, home, "g-1")
    assert sorted(codes(done)) == ["code_form", "code_unknown_form"]  # 41707 is Talas, not Chui: kept as it is
    assert {r["place_code"] for r in gazetteer_rows(kgz, home) if r["geography_vintage"] == "g-1"} == {
        "KG",
        "KG06000000000",
        "41707",
    }


def test_importing_again_changes_nothing_and_other_vintages_no_round(
    kgz: Operation, home: Home, tmp_path: Path
) -> None:
    def identity() -> str:
        return overlay_hash(home, kgz, "bma", 3)

    listed(tmp_path / "list.csv", SOATE, kgz, home, "other-1")
    assert identity() == ""
    listed(tmp_path / "list.csv", SOATE, kgz, home, "cod-2018")
    before = identity()
    listed(tmp_path / "list.csv", SOATE, kgz, home, "cod-2018")
    assert before and identity() == before
    listed(tmp_path / "list.csv", SOATE + "2,Алайский район,41706207000000,District,1\n", kgz, home, "cod-2018")
    assert identity() != before


def test_a_cod_workbook_with_a_sheet_per_level(kgz: Operation, home: Home, workbook: Callable[..., Path]) -> None:
    head1 = ["ADM1_EN", "ADM1_RU", "ADM1_PCODE", "ADM1TYP_KY", "validOn"]
    head2 = ["ADM2_EN", "ADM2_RU", "ADM2_PCODE", "ADM2ALT1EN", *head1]
    one: list[object] = ["Osh", "Ошская", "KG06000000000", "облусу\u00a0", "2018-11-19"]
    two: list[object] = ["Alai", "Алайский", "KG06207000000", "Alay", *one]
    piece: list[object] = ["", "", "KG06999000000", "", *one]
    hxl: list[object] = ["#adm2+name", "", "#adm2+code", "", "#adm1+name", "", "#adm1+code", "", ""]
    path = workbook("cod.xlsx", [head1, one], "ADM1", ADM2=[head2, hxl, two, piece])
    done = import_places(path, kgz, home, None, "cod-x")
    assert (done.format, done.counts) == ("cod", {1: 1, 2: 2})
    assert sorted(codes(done)) == ["name_missing", "type_spaces"]
    rows = {r["place_code"]: r for r in gazetteer_rows(kgz, home) if r["geography_vintage"] == "cod-x"}
    assert (rows["KG06207000000"]["parent_code"], rows["KG06207000000"]["aliases"]) == ("KG06000000000", "Alay")
    assert rows["KG06000000000"]["place_type"] == "облусу"
