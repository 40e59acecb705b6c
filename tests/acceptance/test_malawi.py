"""Malawi, onboarded with files only: the people in the release are the people in the file, at every level.

The file is added up with the csv module, by labels of the test's own: no code is shared with the project.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from tests.acceptance.conftest import CommandLine
from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import Normalized, normalize
from warehouse.settings import Home

pytestmark = pytest.mark.real

TOTALS = {
    ("idp", "individuals"): "m0310_loc_num_idp_ind",
    ("idp", "households"): "m1537_loc_num_arrivals_hh",
    ("returnee_internal", "individuals"): "m0851_loc_num_return_idp_ind",
    ("returnee_internal", "households"): "m0847_loc_num_return_idp_hh",
}
PARTS = {
    ("idp", "men"): "m2968_loc_num_men_idp",
    ("idp", "women"): "m2969_loc_num_women_idp",
    ("idp", "children"): "m2970_loc_num_children_idp",
    ("returnee_internal", "men"): "m2971_loc_num_men_return",
    ("returnee_internal", "women"): "m2972_loc_num_women_return",
    ("returnee_internal", "children"): "m2973_loc_num_children_return",
}
PLACES = ["m0303_meta_adm1_pcode", "m0304_meta_adm2_pcode", "m0305_meta_adm3_pcode"]


@pytest.fixture(scope="module")
def survey(deliveries: Path) -> list[dict[str, str]]:
    with (deliveries / "mwi" / "survey.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def added_up(rows: list[dict[str, str]], column: str) -> dict[str, int]:
    """Place code to the sum of a column, for the country and three levels."""
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        if row[column].strip().upper() not in ("", "NULL"):
            for place in ["MWI", *(row[name] for name in PLACES)]:
                found[place] += int(float(row[column]))
    return found


@pytest.fixture
def normalized(deliveries: Path, home: Home) -> Normalized:
    receipt = Vault(home).receive(deliveries / "mwi" / "survey.csv")
    assert receipt.delivery.round_key == "mwi-baseline-r01"  # from B2_01 in the rows: not round 2
    return normalize(home, receipt.delivery)


def test_every_row_and_every_person_is_accepted(normalized: Normalized, survey: list[dict[str, str]]) -> None:
    law = {r["measure"]: r for r in normalized.table("conservation").iter_rows(named=True)}
    assert (law["rows"]["delivered"], law["rows"]["accepted"]) == (len(survey), len(survey))
    for (category, unit), column in TOTALS.items():
        row = law[f"{category}.{unit}"]
        assert (row["accepted"], row["rejected"]) == (added_up(survey, column)["MWI"], 0), column


def test_no_position_and_no_free_text_is_in_the_canonical_tables(
    normalized: Normalized, survey: list[dict[str, str]]
) -> None:
    columns = [name for name in survey[0] if name.endswith("_other") or "gps_coords" in name]
    secrets = {row[name].strip() for row in survey for name in columns if len(row[name]) > 8}
    for name in ("assessment", "population", "place", "finding", "conservation", "column_map"):
        texts = {
            str(v) for column in normalized.table(name).iter_columns() if str(column.dtype) == "String" for v in column
        }
        assert not texts & secrets, name


def test_wrong_clocks_and_sites_that_stand_twice_are_findings(
    normalized: Normalized, survey: list[dict[str, str]]
) -> None:
    found = normalized.table("finding")
    clocks = {
        i
        for i, row in enumerate(survey, 2)
        for column in ("m1658_meta_assessment_start", "m1855_meta_assessment_date", "m1844_meta_assessment_end")
        if not "2024-10-18" <= row[column][:10] <= "2025-01-14"
    }
    dated = found.filter(found["code"] == "date_outside_fieldwork")
    assert set(dated["row_number"]) == clocks
    assert len(clocks) == 4
    seen: set[tuple[str, ...]] = set()
    twice = set()
    for i, row in enumerate(survey, 2):
        site = (
            row[PLACES[2]],
            " ".join(row["m0448_loc_site_name"].casefold().split()),
            row["m0342_loc_site_type_multiple"],
        )
        twice |= {i} if site in seen else set()
        seen.add(site)
    assert set(found.filter(found["code"] == "same_site_twice")["row_number"]) == twice
    assert "block" not in set(found["severity"])


@pytest.mark.slow
def test_the_release_holds_the_sums_of_the_file_at_every_level(
    mtm: CommandLine, deliveries: Path, survey: list[dict[str, str]]
) -> None:
    mtm("receive", deliveries / "mwi" / "survey.csv")
    mtm("run")
    rows = mtm.rows("SELECT * FROM mart_population WHERE sex = 'all' AND age_group = 'all'")
    assert {r["place_level"] for r in rows} == {0, 1, 2, 3}
    for (category, unit), column in TOTALS.items():
        seen = {r["place_code"]: r[unit] or 0 for r in rows if r["population_category"] == category}
        wanted = added_up(survey, column)
        assert {p: n for p, n in seen.items() if n} == {p: n for p, n in wanted.items() if n}, column
    parts = mtm.rows("SELECT * FROM mart_population_breakdown WHERE dimension = 'composition' AND place_level <= 2")
    for (category, item), column in PARTS.items():
        shown = {
            r["place_code"]: r["individuals"] or 0
            for r in parts
            if (r["population_category"], r["item"]) == (category, item)
        }
        wanted = {p: n for p, n in added_up(survey, column).items() if len(p) <= 5}
        assert shown == wanted, column
