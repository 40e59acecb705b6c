"""The page that tells how to add a country stays true: its YAML loads, takes a delivery of its layout, and names every key."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from tests.docs_blocks import blocks, page, write_operation
from tests.toy import write_rows
from warehouse.codebooks import model
from warehouse.codebooks.check import FILES, check_file, check_paths
from warehouse.codebooks.model import Codebook
from warehouse.codebooks.recognise import Declared
from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import Normalized, normalize
from warehouse.settings import Home

BOOKS = sorted(name for name in blocks() if name.startswith("codebooks/"))
SEVERAL_MAINS = {"codebooks/sheets.yml", "codebooks/maps.yml"}
needs_mains = pytest.mark.skipif(
    not hasattr(Codebook, "mains"), reason="codebooks with several main sheets are not read yet"
)


def taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: str, name: str, sheets: dict[str, list[list[Any]]]
) -> Normalized:
    """A delivery of a layout of the page, normalized by an operation made of the page's YAML only."""
    operation = write_operation(tmp_path, f"codebooks/{book}.yml")
    monkeypatch.setenv("MTM_OPERATIONS", str(operation.parent))
    home = Home(tmp_path / "home").ensure()
    first, *more = sheets.items()
    path = write_rows(tmp_path / name, first[1], first[0], **dict(more))
    return normalize(home, Vault(home).receive(path, Declared("xyz")).delivery)


def sums(done: Normalized, *keys: str) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for row in done.table("population").iter_rows(named=True):
        if row["value"] is not None and row["unit"] != "share":
            found[tuple(row[key] for key in keys)] += row["value"]
    return found


def rejected(done: Normalized) -> dict[int, str]:
    return dict(done.table("rejected").select("row_number", "reason_code").iter_rows())


@pytest.mark.parametrize("name", [pytest.param(n, marks=needs_mains if n in SEVERAL_MAINS else ()) for n in BOOKS])
def test_every_codebook_of_the_page_has_no_problem(tmp_path: Path, name: str) -> None:
    operation = write_operation(tmp_path, name)
    assert check_file(operation / name) == []


def test_the_other_blocks_load(tmp_path: Path) -> None:
    operation = write_operation(tmp_path, "codebooks/country.yml")
    for name in ("rounds.yml", "gate.yml", "parts.yml"):
        (operation / name).write_text(blocks()[name], encoding="utf-8")
    assert check_paths([operation])[0] == []


def test_every_block_says_which_file_it_is() -> None:
    assert page().count("```yaml") == len(blocks())
    for text in blocks().values():
        assert yaml.safe_load(text)


def test_every_key_of_a_codebook_is_explained() -> None:
    reference = page().split("## 3. Every key", 1)[1]
    for name, part in vars(model).items():
        if isinstance(part, type) and issubclass(part, model.Strict) and part.__module__ == model.__name__:
            for key in part.model_fields:
                assert f"`{key}`" in reference, f"{name}.{key} is not explained in docs/adding-a-country.md"


@pytest.mark.parametrize("file", sorted(set(FILES) - {"aliases.yml"}))
def test_every_key_of_the_other_files_is_named(file: str) -> None:
    line = next(line for line in page().splitlines() if line.startswith(f"| `{file}`"))
    whole = FILES[file]
    lists = [f.annotation.__args__[0] for f in whole.model_fields.values() if getattr(f.annotation, "__args__", None)]
    parts = [part for part in lists if isinstance(part, type) and issubclass(part, BaseModel)]
    for key in (parts[0] if parts else whole).model_fields:
        assert f"`{key}`" in line, f"{file}: {key}"


def test_one_sheet_per_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ["State of Displacement", "State_Pcode", "LGA", "Estimated Household Number", "Estimated Number of IDP", "Displaced in 2021", "Phone", "Remarks"],
        ["North", "XY01", "Alpha", 2, "1 200", 7, "0555", "x"], ["South", "XY02", "Beta", "-", 5, "", "", ""], ["South", "XY02", "", 1, 3, "", "", ""],
    ]  # fmt: skip
    sheets = {"Basline Assessment": rows, "dictionary": [["FIELD", "About: DTM Round: 4"]]}
    done = taken(tmp_path, monkeypatch, "country", "delivery.xlsx", sheets)
    assert done.round_key == "xyz-baseline-r04"
    assert sums(done, "unit", "dimension") == {
        ("individuals", "total"): 1205, ("households", "total"): 2, ("individuals", "year"): 7}  # fmt: skip
    assert rejected(done) == {4: "place_missing"}


def test_the_canonical_dtm_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ["Snapshot Date", "Admin 0", "Admin 1", "Admin 1 pcode", "Admin 2", "Total No# of IDPs HH", "Total No# of IDPs Ind#", "Total No# of Returnees Ind#", "Confidentiality"],
        ["2017-12-31", "X", "Kayes", "ML01", "Bafoulabé", 1, 6, 2, "x"], ["2017-12-31", "X", "Gao", "ML07", "", 2, 9, "not available", "x"],
    ]  # fmt: skip
    done = taken(tmp_path, monkeypatch, "snapshot", "Baseline.xlsx", {"data": rows})
    assert done.round_key == "xyz-baseline-r201712"
    assert sums(done, "population_category", "unit") == {
        ("idp", "individuals"): 15, ("idp", "households"): 3, ("returned", "individuals"): 2}  # fmt: skip
    assert rejected(done) == {}


def test_a_kobotoolbox_export_with_a_repeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ["start", "Интервью/Раунд", "Интервью/Тип", "Место/Область", "Место/Село", "Вернулись/Всего", "Вернулись/Мужчины",
         "Вернулись/Причины", "Вернулись/Причины/Семья", "Вернулись/Причины/Работа", "_uuid", "_index", "_submitted_by"],
        ["x", "R2", "Обычная", "North", "A", 5, 3, "Семья", 1, 0, "u1", 1, "anna"], ["x", "R2", "Тест", "North", "A", 9, 3, "", 0, 0, "u2", 2, "anna"],
        ["x", "R2", "Обычная", "South", "B", "много", 3, "", 0, 0, "u3", 3, "anna"],
    ]  # fmt: skip
    repeat = [
        ["Страна", "Число", "_index", "_parent_index"],
        ["Россия", 4, 1, 1],
        ["Казахстан", 1, 2, 1],
        ["Россия", 7, 3, 2],
        ["Россия", 1, 4, 3],
    ]
    done = taken(tmp_path, monkeypatch, "kobo", "bma.xlsx", {"BMA export": rows, "countries": repeat})
    assert done.round_key == "xyz-bma-r02"
    assert sums(done, "dimension", "item", "sex") == {
        ("total", None, "all"): 5, ("sex_age", None, "male"): 3, ("country", "RUS", "all"): 4, ("country", "KAZ", "all"): 1}  # fmt: skip
    assert {2: "x", **rejected(done)} == {2: "x", 3: "test_submission", 4: "not_a_whole_number"}


@needs_mains
def test_several_sheets_with_two_header_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [
        ["Place", "", "", "Migrants", ""],
        ["Region (EN)", "المنطقة", "Municipality (EN)", "Individuals", "Households"],
        ["East", "شرق", "Benghazi", 10, 2], ["West", "غرب", "Tripoli", 30, 5],
    ]  # fmt: skip
    people = [
        ["Region", "Municipality", "Nationality", "Individuals"],
        ["East", "Benghazi", "Niger", 4],
        ["West", "Tripoli", "Chad", 9],
    ]
    summary = [["Migrants in Libya"], ["Total migrants", 40]]
    sheets = {"Municipalities ": places, "Nationality": people, "summary": summary}
    done = taken(tmp_path, monkeypatch, "sheets", "round 3.xlsx", sheets)
    assert sums(done, "unit", "dimension", "item") == {
        ("individuals", "total", None): 40, ("households", "total", None): 7,
        ("individuals", "nationality", "NER"): 4, ("individuals", "nationality", "TCD"): 9}  # fmt: skip
    assert "block" not in set(done.table("finding")["severity"])


@needs_mains
def test_a_sheet_per_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = ["ADM1Code", "Province", "ADM2Code", "District"]
    arrivals = [["Map 4"], [], [*head, "Arrival IDPs 2021"], ["AF01", "Kabul", "AF0101", "Kabul", 10],
                [*head, "Arrival IDPs 2021"], ["AF02", "Kapisa", "AF0201", "Nejrab", 5]]  # fmt: skip
    returnees = [["Map 5"], [], [*head, "Returnees 2021"], ["AF01", "Kabul", "AF0101", "Kabul", 3]]
    sheets = {"Map4_IDP_Arrival": arrivals, "Map5_Returnees": returnees}
    done = taken(tmp_path, monkeypatch, "maps", "round 10.xlsx", sheets)
    assert sums(done, "population_category", "dimension") == {("idp", "total"): 15, ("returned", "total"): 3}
    assert set(rejected(done).values()) <= {"repeated_header"}


def test_one_round_of_a_file_with_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = [
        "operation",
        "admin1Name",
        "admin1Pcode",
        "admin2Name",
        "adminLevel",
        "numPresentIdpInd",
        "roundNumber",
        "numberMales",
    ]
    tags = [
        "#operation+name",
        "#adm1+name",
        "#adm1+code",
        "#adm2+name",
        "#adm+level",
        "#affected+idps",
        "#round+code",
        "#affected+m",
    ]
    rows = [
        head, tags, ["Lake Chad Basin Crisis", "Lac", "TD07", "Mamdi", 2, 8, 3, 2], ["Lake Chad Basin Crisis", "Lac", "TD07", "", 1, 8, 3, ""],
        ["Hurricane", "Sud", "HT07", "Cayes", 2, 100, 3, ""],
    ]  # fmt: skip
    done = taken(tmp_path, monkeypatch, "api", "global.xlsx", {"data": rows})
    assert done.round_key == "xyz-baseline-r03"
    assert sums(done, "dimension", "sex") == {("total", "all"): 8, ("sex_age", "male"): 2}
    assert rejected(done) == {2: "hxl_row", 4: "other_part", 5: "other_part"}
