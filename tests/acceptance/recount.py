"""The marts of communities counted again from the delivered workbooks, with no code of the project.

Cells are read by openpyxl and labels are the test's own; the rules are written here a second time: test and repeated
submissions are left out, of a community's informants the one with the lower median total is believed, sites all count.
"""

from __future__ import annotations

import io
from collections import defaultdict
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.acceptance.conftest import CommandLine

Row = dict[str, Any]
NATIONAL = "KG"
OBLASTS = {"Issyk-Kul": "02", "Jalal-Abad": "03", "Naryn": "04", "Batken": "05", "Osh": "06", "Talas": "07", "Chui": "08",
           "Bishkek (city)": "11", "Osh (city)": "21"}  # fmt: skip
ROUNDS: dict[str, Row] = {
    "kgz-bma-r03": {
        "file": "*_kgz_bma_r03.xlsx", "kind": "Interview/Type of submission", "place": "Location/Village code", "oblast": "Location/Oblast code",
        "origin": "Internal migrants/Came from/", "internal": "Internal migrants/Total number of individuals",
        "returned": "Returned migrants/Total number of individuals", "emigrant": "Emigrants/Total number of individuals",
    },
    "kgz-bma-r04": {
        "file": "*_kgz_bma_r04.xlsx", "kind": "A. General/A0. Is this a test or a real interview?", "place": "A. General/A6. Settlement (P-code)",
        "oblast": "A. General/A3. Oblast or city (P-code)", "origin": "D. From elsewhere in the country/D2. Origin/",
        "internal": "D. From elsewhere in the country/D1. Internal migrants in total",
        "returned": "C. Returned from abroad/C1. Returned migrants in total", "emigrant": "B. Living abroad/B1. Emigrants in total",
    },
}  # fmt: skip


def sheet(path: Path, number: int) -> list[Row]:
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
    header, *rows = book.worksheets[number].iter_rows(values_only=True)
    return [
        dict(zip([str(h).strip() for h in header], row, strict=True)) for row in rows if any(c is not None for c in row)
    ]


def interviews(home: Path, labels: Row) -> dict[str, list[Row]]:
    """Interviews by community: real ones, each once."""
    (path,) = (home / "sample").glob(labels["file"])
    found: dict[str, Row] = {}
    for row in sheet(path, 1):
        if "Test" not in str(row[labels["kind"]]):
            found.setdefault(row["_uuid"], row)
    communities = defaultdict(list)
    for row in found.values():
        communities[row[labels["place"]]].append(row)
    return communities


def believed(rows: list[Row], label: str) -> list[Row]:
    """Those whose total is the lower median: one, or several with the same total."""
    totals = sorted(row[label] for row in rows)
    return [row for row in rows if row[label] == totals[(len(totals) + 1) // 2 - 1]]


def totals_and_the_spread_are_those_of_the_workbook(demo: CommandLine, round_key: str, category: str) -> None:
    labels = ROUNDS[round_key]
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for rows in interviews(demo.home, labels).values():
        totals = [int(row[labels[category]]) for row in rows]
        number = believed(rows, labels[category])[0][labels[category]]
        for place in (NATIONAL, rows[0][labels["oblast"]]):
            added = (number, min(totals), max(totals), len(totals) > 1, 1)
            sums[place] = [a + int(b) for a, b in zip(sums[place], added, strict=True)]
    columns = (
        "individuals",
        "individuals_low",
        "individuals_high",
        "communities_with_several_informants",
        "communities",
    )
    marts = demo.rows(
        f"""SELECT place_code, {", ".join(columns)} FROM mart_population WHERE round_key = '{round_key}' AND place_level <= 1
            AND population_category = '{category}' AND sex = 'all' AND age_group = 'all'"""
    )
    assert {r["place_code"]: [r[c] for c in columns] for r in marts} == dict(sums)
    assert len(sums) == 10


def origins_are_those_of_the_workbook(demo: CommandLine, round_key: str) -> None:
    """Where informants gave equal totals the project may have taken either: the mart lies between the two."""
    labels = ROUNDS[round_key]
    bounds: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for rows in interviews(demo.home, labels).values():
        chosen = believed(rows, labels["internal"])
        for name, digits in OBLASTS.items():
            told = [int(row[labels["origin"] + name] or 0) for row in chosen]
            for place in (NATIONAL, rows[0][labels["oblast"]]):
                low, high = bounds[place, f"KG{digits}000000000"]
                bounds[place, f"KG{digits}000000000"] = [low + min(told), high + max(told)]
    marts = demo.rows(
        f"""SELECT place_code, origin_code, individuals, is_within_origin, total_where_told, category_total FROM mart_internal_origins
            WHERE round_key = '{round_key}' AND place_level <= 1"""
    )
    assert {(r["place_code"], r["origin_code"]) for r in marts} == set(bounds)
    for row in marts:
        low, high = bounds[row["place_code"], row["origin_code"]]
        assert low <= row["individuals"] <= high, row
        diagonal = None if row["place_code"] == NATIONAL else row["place_code"] == row["origin_code"]
        assert row["is_within_origin"] is diagonal
    national = [r for r in marts if r["place_code"] == NATIONAL]
    assert sum(r["individuals"] for r in national) == national[0]["total_where_told"] == national[0]["category_total"]


def coverage_is_of_the_villages_that_exist(demo: CommandLine, round_key: str) -> None:
    """Villages of the SOATE list of 2021, by oblast; cities have none and count in neither side of the percentage."""
    villages = {"02": 192, "03": 424, "04": 136, "05": 190, "06": 491, "07": 91, "08": 331}
    rural: dict[str, int] = defaultdict(int)
    for place in interviews(demo.home, ROUNDS[round_key]):
        rayon = place[4:7]  # 2xx a rayon, 4xx and what follows a city
        rural[place[2:4]] += rayon.startswith("2") and "400010" not in place[7:13]
    marts = demo.rows(f"SELECT * FROM mart_round_coverage WHERE round_key = '{round_key}' AND place_level <= 1")
    seen = {r["place_code"]: (r["communities_in_frame"], r["communities_of_frame_assessed"]) for r in marts}
    for digits, number in villages.items():
        assert seen[f"KG{digits}000000000"] == (number, rural[digits]), digits
    assert seen[NATIONAL] == (1855, sum(rural[d] for d in villages))
    assert seen["KG11000000000"] == (None, None)


def reasons_and_states_are_those_of_a_real_delivery(published_real: CommandLine, deliveries: Path) -> None:
    """Nigeria, round 22: people by state, and by reason and state; sites all count."""
    states: dict[str, int] = defaultdict(int)
    reasons: dict[tuple[str, str], int] = defaultdict(int)
    columns = {
        "insurgency": "insurg_Estimated",
        "communal_clash": "clash_Estimated",
        "natural_disaster": "disaster_Estimated",
    }
    for row in sheet(deliveries / "nga" / "round22.xlsx", 0):
        state = str(row["State of Displacement"]).strip().upper()
        for place in ("NIGERIA", state):
            states[place] += int(row["Estimated Number of IDP"] or 0)
            for code, part in columns.items():
                reasons[place, code] += int(row[f"Displacement Reason_{part} Number of IDP"] or 0)
    where = "round_key = 'nga-baseline-r22' AND place_level <= 1"
    name = "CASE WHEN place_level = 0 THEN 'NIGERIA' ELSE upper(place_name_en) END AS place"
    people = published_real.rows(
        f"SELECT {name}, individuals, per_1000_residents FROM mart_population WHERE {where} AND sex = 'all' AND age_group = 'all'"
    )
    assert {r["place"]: r["individuals"] for r in people} == dict(states)
    assert all(r["per_1000_residents"] is None for r in people)  # nobody gave residents for these states
    rows = published_real.rows(
        f"SELECT {name}, reason_code, individuals, share_of_total, total_where_told FROM mart_reasons WHERE {where}"
    )
    seen = {(r["place"], r["reason_code"]): r["individuals"] or 0 for r in rows if r["reason_code"] in columns}
    assert seen == dict(reasons)
    for row in (r for r in rows if r["share_of_total"] is not None):
        assert row["share_of_total"] == pytest.approx(row["individuals"] / row["total_where_told"])


def parts_of_a_real_delivery_are_not_forced_to_its_totals(published_real: CommandLine, deliveries: Path) -> None:
    wards: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    reasons = [f"Displacement Reason_{r}_Estimated Number of IDP" for r in ("insurg", "clash", "disaster", "others")]
    for row in sheet(deliveries / "nga" / "round22.xlsx", 0):
        ward = wards[row["State of Displacement"], row["LGA"], row["Ward"]]
        ward[0] += int(row["Estimated Number of IDP"] or 0)
        ward[1] += sum(int(row.get(r) or 0) for r in reasons)
    (check,) = published_real.rows(
        "SELECT * FROM mart_parts_check WHERE round_key = 'nga-baseline-r22' AND dimension = 'reason'"
    )
    assert check["communities_that_differ"] == sum(total != parts for total, parts in wards.values()) > 0
    assert check["communities_with_more"] == sum(total < parts for total, parts in wards.values())
    assert check["parts_rule"] == "whole"
