"""Fixtures that several rooms share: a home in a temporary folder, a toy operation, real deliveries beside the project."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter

from warehouse.settings import PROJECT, Home

SHARED = Path(os.environ.get("MTM_SHARED") or PROJECT.parent / "shared") / "data"

TOY = {
    "operation.yml": """
operation: toy
name: {en: Toyland}
country_iso3: TOY
programme: toy programme
credit_line: none
licence: none
publication: {finest_published_level: 2, small_cell_threshold: 5, suppress_from_level: 4}
""",
    "codebooks/baseline.yml": """
codebook: toy-baseline
operation: toy
component: baseline
row_grain: site
round_number: [{field: round_number}, {file_name: 'round[ _-]*0*(\\d+)'}]
places:
  scheme: names
  levels:
    - {level: 1, name_field: admin1_name, code_field: admin1_code}
    - {level: 2, name_field: admin2_name, required: false}
missing: ['', '-', 'n/a']
drop: [{reason: test_submission, field: test, equals: ['yes']}]
unique: uuid
partial_file_name: 'in.progress'
sheets:
  - name: main
    patterns: ['*']
    columns:
      - {field: uuid, labels: [_uuid]}
      - {field: round_number, labels: [Round], type: count}
      - {field: admin1_name, labels: [Region, Область], required: true}
      - {field: admin1_code, labels: [Region code], type: code}
      - {field: admin2_name, labels: [District]}
      - {field: test, labels: [Test]}
      - {field: idp, labels: [Displaced people], type: count, required: true, measure: {category: idp}}
      - {field: idp_hh, labels: [Displaced households], type: count, measure: {category: idp, unit: households}}
      - {field: by_year, pattern: 'displaced in (?P<item>\\d{4})', type: count, measure: {category: idp, dimension: year, item: '{item}'}}
      - {field: phone, labels: [Contact phone], column_class: identifier}
    ignored: ['remark*']
""",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").ensure()


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operation made of YAML only, in a temporary folder."""
    folder = tmp_path / "operations" / "toy"
    for name, text in TOY.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("MTM_OPERATIONS", str(folder.parent))
    return folder


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows into a workbook: `workbook("round1.xlsx", rows, sheet="data")`."""

    def write(name: str, rows: list[list[object]], sheet: str = "data", **more: list[list[object]]) -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as book:
            for title, content in {sheet: rows, **more}.items():
                page = book.add_worksheet(title)
                for i, row in enumerate(content):
                    page.write_row(i, 0, row)
        return path

    return write


@pytest.fixture(scope="session")
def deliveries() -> Iterator[Path]:
    """The folder of real deliveries; the test is skipped where it is not at hand."""
    folder = SHARED / "deliveries"
    if not folder.is_dir():
        pytest.skip("real deliveries are not at hand: set MTM_SHARED to the folder that holds data/deliveries")
    yield folder
