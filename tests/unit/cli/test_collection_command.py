"""`mtm collection`: what it says of rounds in the collection, of a past day, of what is missing, and of what is not there."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from warehouse.cli import cli
from warehouse.collection.missing import MISSING
from warehouse.collection.store import KeptRound, replace_round
from warehouse.errors import UsageError
from warehouse.settings import Home

KEY, SITES = "kgz-bma-r05", "nga-baseline-r50"
TYPES = {
    "planned_communities": pl.Int64,
    "progress_percent": pl.Float64,
    "projected_end": pl.Date,
    "projection_note": pl.String,
}
COUNTS = ("interviews", "interviews_rejected", "interviews_test", "interviews_back_check")


def day(number: int) -> date:
    return date(2025, 3, number)


def place(key: str, code: str, level: int, planned: int | None, done: int, counts: tuple[int | None, ...]) -> Any:
    told = {
        "round_key": key, "place_code": code, "place_level": level, "place_name_en": code, "progress_unit": "communities",
        "planned_communities": planned, "communities": done, **dict(zip(COUNTS, counts, strict=True)),
        "progress_percent": None, "days_worked": 3, "pace_per_day": 2.0, "projected_end": day(9) if planned else None,
        "projection_note": None if planned else "no_plan", "collection_status": "on_track" if planned else "not_known",
        "fieldwork_end": day(20),
    }  # fmt: skip
    return told


def keep(home: Home, key: str, places: list[Any], interviews: list[int | None]) -> None:
    days = pl.DataFrame({
        "round_key": key, "place_code": places[0]["place_code"], "place_level": 0, "collection_day": [day(1), day(2), day(4)],
        "interviews": pl.Series(interviews, dtype=pl.Int64), "interviews_so_far": pl.Series(interviews, dtype=pl.Int64).cum_sum(),
        "communities_new": [2, 3, 1], "communities_so_far": [2, 5, 6], "planned_so_far": [0.5, 1.0, 2.0],
    })  # fmt: skip
    gap = {"round_key": key, "source": "plan", "place_code": "V7", "place_name_en": "Seven", "missing_communities": 1}
    frames = {
        "mart_collection_progress": pl.DataFrame(places, schema_overrides=TYPES | dict.fromkeys(COUNTS, pl.Int64)), "mart_collection_day": days,
        "mart_collection_check": pl.DataFrame({"round_key": [key] * 2, "outcome": ["found", "clear"], "severity": ["stop", None]}),
        "collection_missing": pl.DataFrame([gap], schema=MISSING),
    }  # fmt: skip
    replace_round(home, KeptRound(key, "d2", 2, "2025-03-04T20:00:00+00:00", "x.xlsx", day(4), True), frames)


@pytest.fixture(autouse=True)
def at_home(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_HOME", str(home.root))


@pytest.fixture
def collected(home: Home) -> Home:
    keep(home, KEY, [place(KEY, "KG", 0, 12, 6, (7, 1, 2, 0)), place(KEY, "A", 1, 12, 6, (7, 1, 2, 0))], [2, 4, 1])
    keep(home, SITES, [place(SITES, "NG", 0, None, 6, (None,) * 4)], [None, None, None])
    return home


def said(*words: str) -> str:
    result = CliRunner().invoke(cli, ["collection", *words], catch_exceptions=False, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.output


def answer(*words: str) -> Any:
    return json.loads(said(*words, "--json"))


@pytest.mark.usefixtures("collected")
def test_all_rounds_and_one_are_told() -> None:
    assert [(t["round_key"], t["done"], t["planned"]) for t in answer()] == [(KEY, 6, 12), (SITES, 6, None)]
    told = answer(KEY)
    assert (told["percent"], told["status"], told["projected_end"], told["as_of"]) == (50.0, "on_track", "2025-03-09", "2025-03-04")  # fmt: skip
    assert told["missing"] == {"places": 1, "by_source": {"plan": 1}} and told["findings"] == {"stop": 1}
    words = said(KEY)
    assert "6 communities of 12 planned, 50.0 %" in words and "(SYNTHETIC)" in words and "ends on 2025-03-09" in words
    assert "no plan is known" in said(SITES)


@pytest.mark.usefixtures("collected")
def test_a_past_day_tells_what_stood_then_and_nothing_that_only_the_last_day_tells() -> None:
    told = answer(KEY, "--day", "2025-03-03")
    assert (told["as_of"], told["done"], told["days_worked"], told["status"]) == ("2025-03-03", 5, 2, "not_known")
    assert told["interviews"] == {"interviews": 6, **dict.fromkeys(COUNTS[1:])}
    assert told["missing"] is told["findings"] is told["projected_end"] is None
    assert answer(KEY, "--day", "2025-02-20")["status"] == "not_started"


@pytest.mark.usefixtures("collected")
@pytest.mark.parametrize("at", ["2025-02-20", "2025-03-03", "2025-03-20"])
def test_lines_for_sites_are_never_told_as_no_interviews(at: str) -> None:
    assert answer(SITES, "--day", at)["interviews"] is None


@pytest.mark.usefixtures("collected")
def test_what_is_missing_is_told_by_name() -> None:
    (row,) = answer(KEY, "--missing")
    assert (row["place_code"], row["place_name_en"], row["missing_communities"]) == ("V7", "Seven", 1)
    assert "Seven" in said(KEY, "--missing") and said(KEY, "--missing", "--format", "csv").startswith(
        "round_key,source"
    )


@pytest.mark.usefixtures("collected")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--missing",), "bad_option"), (("kgz-rms-r05",), "not_collected"), ((KEY, "--page"), "no_page"),
        ((KEY, "--who", "E-1"), "no_pseudonym"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(words: tuple[str, ...], code: str) -> None:
    with pytest.raises(UsageError) as error:
        said(*words)
    assert error.value.code == code


def test_nothing_collected_is_no_error(home: Home) -> None:
    assert answer() == [] and "no round is being collected" in said()
