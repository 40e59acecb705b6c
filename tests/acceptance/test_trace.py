"""A trace adds up: of every mart of the demo, what stands behind a figure gives the figure again."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.acceptance.conftest import CommandLine
from warehouse.settings import Home
from warehouse.trace.key import grains, rows_of
from warehouse.trace.run import trace

pytestmark = pytest.mark.slow
STATED = {"mart_releases", "mart_place_crosswalk"}  # rows that files and manifests state, as the dimensions are
Row = dict[str, Any]


def sampled(home: Path, mart: str, number: int, seed: int) -> list[tuple[str, ...]]:
    """Keys of rows that are shown, drawn the same way every time."""
    with duckdb.connect(str(home / "published/current/mtm.duckdb"), read_only=True) as con:
        con.execute("use marts")
        rows = rows_of(con, f"select * from {mart} order by all")
    shown = [r for r in rows if not r.get("is_suppressed")]
    picked = random.Random(seed).sample(shown, min(number, len(shown)))
    return [tuple(f"{c}={r[c]}" for c in grains()[mart]) for r in picked]


def unequal(found: Row) -> list[Row]:
    return [f for f in found["figures"] if f["equal"] is False]


@pytest.mark.parametrize("mart", list(grains()))
def test_what_stands_behind_a_figure_gives_it_again(demo: CommandLine, mart: str) -> None:
    for words in sampled(demo.home, mart, 1, seed=len(mart)):
        found = trace(Home(demo.home), mart, words)
        assert not unequal(found), (mart, words)
        assert found["stated_in"] if mart.startswith("dim_") or mart in STATED else found["figures"], (mart, words)
        for figure in found["figures"]:
            told = [r["contribution"] for r in figure["rows"] if r["contribution"] is not None]
            if told and mart != "mart_survey_estimates" and figure["published"] is not None:
                assert sum(told) == figure["published"], (mart, words, figure["column"])


def test_a_headline_leads_to_its_rows_and_names_the_delivery(demo: CommandLine) -> None:
    found = demo.json("trace", "mart_headlines", "kgz-bma-r03", "returned", "--all")
    (figure,) = found["figures"]
    (part,) = figure["made_of"]
    assert figure["published"] == 128_661 == sum(r["contribution"] for r in part["rows"])
    assert part["rows_behind"] == 999 == len({r["where"] for r in part["rows"]})
    (of,) = found["rounds"]
    assert of["file_name"].endswith("kgz_bma_r03.xlsx") and len(of["sha256"]) == 64
    assert found["rejected_rows"] == len(found["rejected"]) > 0
    assert part["left_out"] and all("another informant" in r["note"] for r in part["left_out"])


def test_what_is_withheld_is_refused_and_no_answer_is_listed(demo: CommandLine) -> None:
    (row,) = demo.rows("SELECT * FROM mart_survey_estimates WHERE is_suppressed AND n IS NOT NULL ORDER BY ALL LIMIT 1")
    key = [f"{c}={row[c]}" for c in grains()["mart_survey_estimates"]]
    refused = demo.json("trace", "mart_survey_estimates", *key, code=1)
    assert refused["code"] == "withheld" and "--private" in refused["todo"]
    private = demo.json("trace", "mart_survey_estimates", *key, "--private", "--all")
    shown = demo.json("trace", "mart_survey_estimates", "kgz-rms-r03,intention,stay,national,all", "--all")
    for found in (private, shown):
        assert {tuple(sorted(r)) for f in found["figures"] for r in f["rows"]} == {
            ("contribution", "note", "place_code", "where")
        }
        assert {r["contribution"] for f in found["figures"] for r in f["rows"]} == {1}


def test_a_key_that_is_not_whole_lists_rows_and_an_unknown_one_the_nearest(demo: CommandLine) -> None:
    several = demo.json("trace", "mart_headlines", "kgz-bma-r03")
    assert several["found"] > 5 and {"round_key": "kgz-bma-r03", "headline_code": "returned"} in several["matches"]
    nothing = demo.json("trace", "mart_headlines", "kgz-bma-r03", "retuned", code=1)
    assert nothing["found"] == 0 and nothing["matches"][0] == {"round_key": "kgz-bma-r03", "headline_code": "returned"}
    assert demo.json("trace", "mart_headline", "x", code=2)["code"] == "unknown_mart"
    assert demo.json("trace", "mart_headlines", "round=kgz-bma-r03", code=2)["code"] == "bad_key"


def test_an_older_release_a_lost_folder_and_a_purged_delivery(demo: CommandLine, tmp_path: Path) -> None:
    """The folder is made again from the vault; where the delivery is gone too the trace says so and stands."""
    home = tmp_path / "home"
    shutil.copytree(demo.home, home, symlinks=True, ignore=shutil.ignore_patterns("build", "dagster"))
    first = json.loads((home / "published/releases/r000001/manifest.json").read_text())["rounds"][0]
    shutil.rmtree(Home(home).normalized / first["round_key"], ignore_errors=True)
    words = (f"round_key={first['round_key']}", "headline_code=returned")
    again = trace(Home(home), "mart_headlines", words, release_id="r000001")
    assert again["release"] == "r000001" and again["figures"][0]["equal"] and again["figures"][0]["made_of"][0]["rows"]
    assert again["rounds"][0]["normalized_id"] == first["normalized_id"] and not again["rounds"][0]["notes"]
    shutil.rmtree(Home(home).normalized / first["round_key"])
    blob = next((home / "vault/blobs").rglob(f"*{first['sha256']}*"))
    blob.chmod(0o600)
    blob.unlink()
    gone = trace(Home(home), "mart_headlines", words, release_id="r000001")
    assert "no longer in the vault" in gone["rounds"][0]["notes"][0]
    assert gone["figures"][0]["equal"] and not gone["figures"][0]["made_of"][0]["rows"]
