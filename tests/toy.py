"""The toy operation, made of YAML only, and workbooks for it. Tests of every room use it; fixtures are in conftest.py."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

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


def write_toy(folder: Path) -> Path:
    """Write `operations/toy` below a folder."""
    operation = folder / "operations" / "toy"
    for name, text in TOY.items():
        path = operation / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return operation


def write_rows(path: Path, rows: list[list[object]], sheet: str = "data", **more: list[list[object]]) -> Path:
    """Write rows into a workbook, one sheet per keyword."""
    with xlsxwriter.Workbook(str(path)) as book:
        for title, content in {sheet: rows, **more}.items():
            page = book.add_worksheet(title)
            for i, row in enumerate(content):
                page.write_row(i, 0, row)
    return path
