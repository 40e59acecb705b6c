"""The package as the programs of others read it: Frictionless, HXL, RDF, SDMX codes, citation, LibreOffice."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import pytest
import yaml

from warehouse.serving.package.sdmx import ATTRIBUTES, COLUMNS, DIMENSIONS, observation, series
from warehouse.serving.package.sdmx_structure import CODED, COM, MES, STR
from warehouse.serving.words import LANGUAGES

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def problems(package: Path) -> list[str]:
    from frictionless import validate

    report = validate(str(package / "datapackage.json"))
    return [f"{task.name}: {error.type}" for task in report.tasks for error in task.errors] + [
        e.type for e in report.errors
    ]


def test_frictionless_finds_nothing_wrong(package: Path) -> None:
    assert problems(package) == []


def twice(rows: list[list[str]]) -> None:
    rows.append(rows[2])


def strange(rows: list[list[str]]) -> None:
    rows[2][0] = "v9"


def other_date(rows: list[list[str]]) -> None:
    rows[2][rows[0].index("window_start")] = "18.10.2024"


@pytest.mark.parametrize(
    ("harm", "found"), [(twice, "primary-key"), (strange, "foreign-key"), (other_date, "type-error")]
)
def test_frictionless_would_find_what_is_wrong(
    copied: Path, harm: Callable[[list[list[str]]], None], found: str
) -> None:
    path = copied / "csv" / "mart_returns_by_year.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    harm(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    told = json.loads((copied / "datapackage.json").read_text(encoding="utf-8"))
    kept = {"mart_returns_by_year", "dim_round", "dim_operation"}
    told["resources"] = [r for r in told["resources"] if r["name"] in kept]
    (copied / "datapackage.json").write_text(json.dumps(told), encoding="utf-8")
    errors = problems(copied)
    assert f"mart_returns_by_year: {found}" in errors and any("hash" in e or "byte" in e for e in errors)


def test_the_description_tells_the_schema(package: Path) -> None:
    told = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    table = next(r for r in told["resources"] if r["name"] == "mart_population")
    assert table["schema"]["primaryKey"] == ["round_key", "place_code", "population_category", "sex", "age_group"]
    assert {"fields": ["round_key"], "reference": {"resource": "dim_round", "fields": ["round_key"]}} in table[
        "schema"
    ]["foreignKeys"]
    field = next(f for f in table["schema"]["fields"] if f["name"] == "individuals")
    assert field["type"] == "integer" and field["mtm:unit"] == "individuals" and field["description"]
    assert told["mtm:synthetic"] and "SYNTHETIC" in told["title"] and told["version"] == "r000042"


def test_hxl_tools_read_csv_and_workbook(package: Path) -> None:
    import hxl

    options = hxl.InputOptions(allow_local=True)
    for path in sorted((package / "csv").glob("*.csv")):
        with hxl.data(str(path), options) as data:
            assert len(data.columns) == len(path.read_text(encoding="utf-8").split("\n")[0].split(","))
            assert sum(1 for _ in data) in (2, 3)
    sheet = hxl.InputOptions(allow_local=True, sheet_index=2)
    with hxl.data(str(package / "mtm.xlsx"), sheet) as data:
        assert data.columns[0].tag.startswith("#") and sum(1 for _ in data) == 3


def test_dcat_names_every_file_with_its_hash(package: Path) -> None:
    import hashlib

    import rdflib

    graph = rdflib.Graph().parse(package / "dcat.jsonld", format="json-ld")
    asked = """PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX spdx: <http://spdx.org/rdf/terms#>
               SELECT ?url ?hash ?size WHERE { ?set a dcat:Dataset ; dcat:distribution ?d . ?d dcat:downloadURL ?url ;
               dcat:byteSize ?size ; spdx:checksum/spdx:checksumValue ?hash }"""
    found = {str(url).rsplit("/package/")[-1]: (str(digest), int(size)) for url, digest, size in graph.query(asked)}
    data = [p for p in package.rglob("*") if p.is_file() and p.suffix in {".csv", ".parquet", ".xlsx", ".xml", ".json"}]
    assert len(found) == len(data)
    for path in data:
        name = path.relative_to(package).as_posix()
        told = next(value for key, value in found.items() if key.endswith(name))
        assert told == (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)


def test_every_code_of_the_headlines_is_explained_in_three_languages(package: Path) -> None:
    root = ET.parse(package / "sdmx" / "structure.xml").getroot()
    lists = {e.get("id"): e for e in root.iter(f"{STR}Codelist")}
    codes = {name: {c.get("id"): c for c in made.findall(f"{STR}Code")} for name, made in lists.items()}
    with (package / "sdmx" / "headlines.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["ROUND"] for row in rows] == ["v0", "v1"] and list(rows[0]) == COLUMNS
    assert ": v2." in (package / "README.md").read_text(encoding="utf-8")  # it has no date: said, not dropped
    for row in rows:
        assert row["STRUCTURE"] == "dataflow" and row["ACTION"] == "I" and row["TIME_PERIOD"]
        for column, name in CODED.items():
            assert row[column] in codes[name], (column, row[column])
    assert len({tuple(row[d] for d in DIMENSIONS) for row in rows}) == len(rows)
    languages = {
        n.get("{http://www.w3.org/XML/1998/namespace}lang") for n in codes["CL_OBS_STATUS"]["Q"].findall(f"{COM}Name")
    }
    assert languages == set(LANGUAGES)
    parts = {
        e.get("id")
        for kind in ("Dimension", "TimeDimension", "Attribute", "Measure")
        for e in root.iter(f"{STR}{kind}")
    }
    assert parts == {*DIMENSIONS, *ATTRIBUTES, "OBS_VALUE"} and root.find(f"{MES}Header/{MES}Test").text == "true"  # type: ignore[union-attr]


def test_withheld_and_missing_values_have_their_status() -> None:
    row = {
        "country_iso3": "KGZ",
        "operation": "kgz",
        "component": "bma",
        "headline_code": "a.b",
        "day": date(2024, 10, 18),
        "round_key": "r",
    }
    at = COLUMNS.index
    for value, hidden, broken, status in (
        (5.0, False, None, "A"),
        (0.25, False, "not_comparable", "B"),
        (None, True, None, "Q"),
        (None, False, None, "O"),
    ):
        made = observation({**row, "value": value, "is_suppressed": hidden, "comparability": broken})
        assert made[at("OBS_STATUS")] == status and made[at("OBS_VALUE")] == {5.0: "5", 0.25: "0.25", None: None}[value]
        assert made[at("INDICATOR")] == "a-b"


def test_a_series_has_one_figure_a_day() -> None:
    """Two rounds of a component end on one day: the later one is the figure of that day. Another component has its own."""
    with duckdb.connect() as con:
        con.execute(
            "CREATE SCHEMA marts; CREATE TABLE marts.dim_operation AS SELECT 'toy' AS operation, 'TOY' AS country_iso3"
        )
        con.execute("""CREATE TABLE marts.dim_round AS SELECT * FROM (VALUES
            ('a9', 9, DATE '2024-10-18'), ('a10', 10, DATE '2024-10-18'), ('a11', 11, DATE '2025-01-01'), ('b9', 9, DATE '2024-10-18'),
            ('a12', 12, NULL)) AS r (round_key, round_number, fieldwork_end), (VALUES (DATE '2024-01-01', 't')) AS w (window_end, round_title)""")
        con.execute("UPDATE marts.dim_round SET window_end = NULL")
        con.execute("""CREATE TABLE marts.mart_headlines AS SELECT round_key, 'toy' AS operation, round_key[1] AS component,
            'stock' AS headline_code, 1.0 AS value FROM marts.dim_round""")
        told = series(con)
    assert told is not None and told.left_out == ["a12", "a9"]
    keys = [tuple(row[COLUMNS.index(name)] for name in DIMENSIONS) for row in told.rows]
    assert len(keys) == len(set(keys)) == 3
    assert [f["round_key"] for f in told.figures] == ["a10", "a11", "b9"]


def test_pages_and_citation_say_what_matters(package: Path) -> None:
    for name in ("README.md", "README.ru.md", "README.ky.md"):
        text = (package / name).read_text(encoding="utf-8")
        assert "r000042" in text and "mart_population" in text and "parquet/" in text and "is_suppressed" in text
    cited = yaml.safe_load((package / "CITATION.cff").read_text(encoding="utf-8"))
    assert (
        cited["version"] == "r000042" and str(cited["date-released"]) == "2026-01-02" and "SYNTHETIC" in cited["title"]
    )
    assert cited["authors"][0]["name"] == "MTM Warehouse (synthetic data)"


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_workbook_and_csv_without_running_anything(package: Path, tmp_path: Path) -> None:
    files = [package / "mtm.xlsx", package / "csv" / "mart_headlines.csv"]
    command = [
        str(OFFICE),
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "fods",
    ]
    subprocess.run([*command, "--outdir", str(tmp_path), *map(str, files)], check=True, capture_output=True, timeout=90)
    book, text = ((tmp_path / f"{name}.fods").read_text(encoding="utf-8") for name in ("mtm", "mart_headlines"))
    for told in (book, text):
        assert set(re.findall(r'table:formula="([^"]*)"', told)) <= {
            "of:=TRUE()",
            "of:=FALSE()",
        }  # how it keeps truth values
        assert "'=cmd|" in told.replace("&apos;", "'")
    assert book.count("<table:table ") == 2 + len(list((package / "csv").glob("*")))
