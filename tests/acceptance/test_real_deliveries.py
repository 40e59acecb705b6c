"""Real deliveries all the way: for every round the people in the mart are the people in the file.

The file is summed cell by cell with openpyxl, with labels of the test's own: no code is shared with the project.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest

from tests.acceptance import recount
from tests.acceptance.conftest import CommandLine, real_files
from tests.figures import Marts, check
from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import normalize
from warehouse.serving.charts import Picture
from warehouse.serving.report import report_html
from warehouse.serving.source import published
from warehouse.settings import Home

pytestmark = [pytest.mark.slow, pytest.mark.real]

LABELS = {
    ("nga", "idp", "individuals"): r"estimated number of individuals by ward|estimate_ind_ward|estimated number of idp",
    ("nga", "idp", "households"): r"estimated number of households by ward|estimate_hh_ward|estimated household number",
    ("mli", "idp", "individuals"): r"total no[.#] of idps ind[.#]?",
    ("mli", "idp", "households"): r"total no[.#] of idps hh[.#]?",
    ("mli", "returned", "individuals"): r"total no[.#] of returnees ind[.#]?",
    ("mli", "returned", "households"): r"total no[.#] of returnees hh[.#]?",
}


def sums(path: Path, operation: str) -> dict[tuple[str, str], int]:
    """Totals of a delivery, by (category, unit)."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
    sheet = next(book[n] for n in book.sheetnames if "ict" not in n)
    rows = list(sheet.iter_rows(values_only=True))
    found: dict[tuple[str, str], int] = {}
    for (op, category, unit), pattern in LABELS.items():
        columns = [
            i for i, h in enumerate(rows[0]) if op == operation and re.fullmatch(pattern, str(h).strip().lower())
        ]
        if columns:
            found[category, unit] = sum(int(row[columns[0]] or 0) for row in rows[1:])
    return found


def expected(deliveries: Path) -> dict[tuple[str, str, str], int]:
    found = {}
    for path in sorted((deliveries / "nga").glob("*.xlsx")):
        number = int(re.findall(r"\d+", path.stem)[0])
        found |= {(f"nga-baseline-r{number:02d}", *key): n for key, n in sums(path, "nga").items()}
    for path in sorted((deliveries / "mli").glob("*.xlsx")):
        number = 201712 if "December_2017" in path.stem else int(re.findall(r"\d+", path.stem)[0])
        found |= {(f"mli-baseline-r{number:02d}", *key): n for key, n in sums(path, "mli").items()}
    return found


def test_the_people_in_the_mart_are_the_people_in_the_file(published_real: CommandLine, deliveries: Path) -> None:
    rows = published_real.rows(
        """SELECT round_key, population_category, place_level, sum(individuals) AS individuals, sum(households) AS households
           FROM mart_population WHERE sex = 'all' AND age_group = 'all' GROUP BY ALL"""
    )
    seen = {
        (r["round_key"], r["population_category"], u, r["place_level"]): r[u]
        for r in rows
        for u in ("individuals", "households")
    }
    published = {r["round_key"] for r in rows}
    wanted = {key: people for key, people in expected(deliveries).items() if key[0] in published}
    assert len(published) == len(real_files(deliveries)) >= 8
    for (round_key, category, unit), people in wanted.items():
        for level in (0, 1, 2, 3):
            assert seen[round_key, category, unit, level] == people, f"{round_key} {category} {unit} at level {level}"


def test_every_round_is_published_and_says_so(published_real: CommandLine, deliveries: Path) -> None:
    states = {r["round_key"]: r["state"] for r in published_real.json("status")["rounds"]}
    assert len(states) == len(real_files(deliveries))
    assert set(states.values()) == {"published"}
    assert sum(r["is_current"] for r in published_real.json("releases")) == 1
    assert published_real.json("verify")["ok"]


def test_rounds_of_all_layouts_are_read_to_the_last_person(deliveries: Path, home: Home) -> None:
    """Also the rounds that are not published above, straight from the vault to the canonical tables."""
    vault = Vault(home)
    files = [*sorted((deliveries / "nga").glob("*.xls*")), *sorted((deliveries / "mli").glob("*.xlsx"))]
    for path in files:
        done = normalize(home, vault.receive(path).delivery)
        totals = sums(path, done.delivery.operation)
        law = {r["measure"]: r for r in done.table("conservation").iter_rows(named=True)}
        assert totals
        for (category, unit), people in totals.items():
            row = law[f"{category}.{unit}"]
            assert (row["accepted"], row["rejected"]) == (people, 0), f"{path.name} {category} {unit}"


def test_running_again_finds_nothing_new(published_real: CommandLine) -> None:
    before = published_real.json("releases")
    assert published_real.json("run") == []
    assert published_real.json("releases") == before


def test_reasons_and_parts_are_counted_again_from_the_workbook(published_real: CommandLine, deliveries: Path) -> None:
    recount.reasons_and_states_are_those_of_a_real_delivery(published_real, deliveries)
    recount.parts_of_a_real_delivery_are_not_forced_to_its_totals(published_real, deliveries)


def test_every_number_of_a_report_is_the_marts(published_real: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Picture, "html", lambda self: "<svg role='img'></svg>")  # their numbers stand in the tables too
    source = published(Home(published_real.home))
    real = Marts(source.folder / "mtm.duckdb")
    for round_key in ("nga-baseline-r22", "mli-baseline-r28"):
        page = report_html(source, round_key, "en")
        assert check(page, real, "en") > 50
        assert "SYNTHETIC" not in page and "not asked in this round" in page
