"""A country that nobody knew, made of the YAML of docs/adding-a-country.md in a temporary folder, taken to a release."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.conftest import CommandLine
from tests.docs_blocks import blocks, write_operation
from tests.toy import write_rows

pytestmark = pytest.mark.slow

HEADER: list[object] = [
    "State",
    "State Pcode",
    "LGA",
    "estimate_hh",
    "estimate_ind",
    "Displaced in 2021",
    "Displaced in 2022",
    "Round",
]


def test_a_new_country_takes_files_only(mtm: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[list[object]] = [
        [f"State {s}", f"XY{ord(s)}", f"Area {s}{i}", 10 + i, 60 + i, 20 + i, 40, 7] for s in "ABC" for i in range(8)
    ]
    delivery = write_rows(tmp_path / "baseline.xlsx", [HEADER, *rows])
    monkeypatch.setenv("MTM_OPERATIONS", str(tmp_path / "operations"))
    operation = write_operation(tmp_path, "codebooks/snapshot.yml")
    error = mtm.json("receive", delivery, "--operation", "xyz", code=4)  # a layout that the operation does not know yet
    assert "mtm codebook suggest baseline.xlsx --operation xyz" in str(error)
    draft = mtm.json("codebook", "suggest", delivery, "--operation", "xyz", "--component", "baseline")
    fields = {column["label"]: column["field"] for column in draft["columns"]}
    assert fields["State"] == "admin1_name"
    (operation / "codebooks" / "country.yml").write_text(blocks()["codebooks/country.yml"], encoding="utf-8")
    mtm("codebook", "check", "--operation", "xyz")
    mtm("receive", delivery)
    mtm("run")
    seen = mtm.rows(
        "SELECT place_level, sum(individuals) AS people, sum(households) AS homes FROM mart_population GROUP BY 1 ORDER BY 1"
    )
    assert [(r["place_level"], r["people"], r["homes"]) for r in seen] == [
        (level, sum(int(str(r[4])) for r in rows), sum(int(str(r[3])) for r in rows)) for level in (0, 1, 2)
    ]
