"""Layouts of DTM Nigeria and Mali that are not at hand, by the labels that are known of them: nothing unknown, nothing misread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.toy import write_rows
from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import Normalized, normalize
from warehouse.settings import Home

REASONS = [
    f"Displacement Reason_{reason}_{what}"
    for reason in ("insurgency", "clash", "disaster", "others")
    for what in ("YesNo", "Estimated Household Number", "Estimated Number of IDP")
]
REASONS[1:3] = ["Displacement Reason_insurg_Household Number", "Displacement Reason_insurg_Estimated Number of IDP"]
TIMES = [
    f"{stem}{what}"
    for stem in ("Displaced_2TIMES_Displacement_", "Displaced_3TIMES_Displacement_")
    for what in ("YesNo", "Percent", "STATECode", "LGACode", "Date")
]
HEADER = [
    "State of Displacement", "State Pcode", "LGA", "LGA Pcode", "Ward ", "CODs PCODE", "Estimated Household Number", "Estimated Number of IDP",
    "Year of Displacement of Majority", "IDP category", *REASONS, "LGACode_Previous_State of Displacement of largest group 1",
    "IDP HH of largest Group 1", "IDP IND of largest Group 1", "LGACode_Previous_displacement of Largest Group 2", "IDPHH of largest Group 2",
    "IDP IND of largest Group 2", "Displaced_FirstTime_Displacement_YesNo", "Displaced_FirstTime_Displacement_Percent", *TIMES,
]  # fmt: skip


def row(ward: str, share: float, year: str) -> list[Any]:
    return [
        "BORNO", "NG008", "BAMA", "NG008003", ward, f"NG00800300{'ABCDEFG'.index(ward) + 1}", 10, 50, "2019", "Displaced by Insurgency",
        "Yes", 10, 50, "No", "", "", "No", "", "", "No", "", "", "BO11", 5, 25, "BO02", 4, 20, "Yes", share, "Yes", 100 - share, "BO", "BO11", year,
        "No", "", "", "", "",
    ]  # fmt: skip


def delivered(home: Home, folder: Path, number: int, *rows: list[Any]) -> Normalized:
    path = write_rows(folder / f"round{number}.xlsx", [HEADER, *rows], "Basline Assessment Dataset")
    return normalize(home, Vault(home).receive(path).delivery)


def test_round_28_of_nigeria(home: Home, tmp_path: Path) -> None:
    done = delivered(home, tmp_path, 28, row("A", 60, "1)Before 2015"), row("B", 40, "2)2015"), row("C", 30, "6)2019"))
    columns = done.table("column_map")
    assert columns.filter(columns["mapping"] == "unknown").is_empty()
    assert "block" not in done.table("finding")["severity"].to_list()
    answers = done.table("answer")
    years = answers.filter(answers["question_code"] == "displaced_twice_year")["option_code"].to_list()
    assert years == ["before_2015", "2015", "2019"]
    groups = done.table("population").filter(done.table("population")["dimension"] == "largest_group")
    assert dict(groups.group_by("item").agg(pl.col("value").sum()).rows()) == {"BO02": 60, "BO11": 75}
    assert done.table("share").filter(done.table("share")["item"] == "once")["value"].to_list() == [0.6, 0.4, 0.3]


@pytest.mark.parametrize(("number", "year"), [(22, "2)2015"), (28, "2)2014"), (28, "3)2015")])
def test_years_that_were_numbered_anew_are_not_read(home: Home, tmp_path: Path, number: int, year: str) -> None:
    found = delivered(home, tmp_path, number, row("A", 60, year)).table("finding")
    assert found.filter(found["severity"] == "block")["code"].to_list() == ["renumbered_option"]


def test_shares_on_the_scale_of_other_rounds_are_not_read(home: Home, tmp_path: Path) -> None:
    found = delivered(home, tmp_path, 17, row("A", 60, "2)2014")).table("finding")
    assert "percent_scale" in found.filter(found["severity"] == "block")["code"].to_list()


def test_a_delivery_of_mali_of_2019(home: Home, tmp_path: Path) -> None:
    header = ["Snapshot Date", "Admin 0", "Admin 1", "Admin 2", "Admin 3", "Admin 3 pcode", "Total No. of IDPs HH", "Total No. of IDPs Ind.",
              "Num_RET_from_Abroad_IND", "Conflict", "Methodology", "UpdatedBy"]  # fmt: skip
    rows = [["2019-12-31", "Mali", "Mopti", "Bankass", "Diallassagou", "ML05", 3, 20, 4, "Yes", "KI", "x"],
            ["2019-12-31", "Niger", "Tillaberi", "Abala", "Abala", "NE06", 3, 20, 4, "Yes", "KI", "x"]]  # fmt: skip
    path = write_rows(
        tmp_path / "IOM_DTM_Mali_Baseline_Assessment_Dec_2019_Round_60.xlsx", [header, *rows], "Baseline Assessment"
    )
    done = normalize(home, Vault(home).receive(path).delivery)
    assert done.round_key == "mli-baseline-r60"
    assert done.table("column_map").filter(done.table("column_map")["mapping"] == "unknown").is_empty()
    found = done.table("finding")
    assert found.filter(found["severity"] == "block").select("code", "row_number").rows() == [("unknown_option", 3)]
