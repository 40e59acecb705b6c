"""A round of the stock brings the surveys that are raked to it into its candidate, and only them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.toy import write_rows
from warehouse.deliveries.vault import Vault
from warehouse.normalize.run import normalize
from warehouse.operations import load_operation
from warehouse.releases import candidate as candidates
from warehouse.releases.candidate import build_candidate, database_path, discard, models_hash, version_of
from warehouse.releases.manifest import Manifest
from warehouse.replay import reference_hash
from warehouse.settings import Home

SURVEY = """
codebook: toy-survey
operation: toy
component: rms
row_grain: respondent
round_number: [{file_name: 'survey[ _-]*0*(\\d+)'}]
places: {scheme: names, levels: [{level: 1, name_field: admin1_name}]}
unique: uuid
sheets:
  - name: main
    patterns: ['*']
    columns:
      - {field: uuid, labels: [_uuid], required: true}
      - {field: admin1_name, labels: [Region], required: true}
      - {field: sex, labels: [Sex of respondent], type: choice, options: sex, required: true}
code_lists: {sex: [{code: male, labels: [M]}, {code: female, labels: [F]}]}
"""
STATED = "surveys: [{{component: rms, weights: {weights}, raking: {{margins: [{{by: [oblast], component: baseline, category: idp}}]}}}}]"
FILES = {
    "round1.xlsx": [["_uuid", "Region", "Displaced people"], ["u1", "North", 5], ["u2", "South", 7]],
    "round3.xlsx": [["_uuid", "Region", "Displaced people"], ["u1", "North", 6], ["u2", "South", 9]],
    "survey2.xlsx": [["_uuid", "Region", "Sex of respondent"], ["r1", "North", "M"], ["r2", "South", "F"]],
    "survey3.xlsx": [["_uuid", "Region", "Sex of respondent"], ["r3", "North", "M"], ["r2", "South", "F"]],
}
FIRST, THIRD, TWO, THREE = "toy-baseline-r01", "toy-baseline-r03", "toy-rms-r02", "toy-rms-r03"


@pytest.fixture
def rounds(toy: Path, home: Home, tmp_path: Path) -> Path:
    """Two rounds of a stock and two surveys in the vault; the operation's folder."""
    (toy / "codebooks" / "survey.yml").write_text(SURVEY, encoding="utf-8")
    for name, rows in FILES.items():
        Vault(home).receive(write_rows(tmp_path / name, [list(row) for row in rows]))
    return toy


def building(home: Home, monkeypatch: pytest.MonkeyPatch, key: str, *published: str) -> list[str]:
    """The rounds that a candidate builds for `key`, on a release that holds `published`."""
    versions = [version_of(normalize(home, Vault(home).current(k))) for k in published]
    base = Manifest("r000001", None, "2026-01-01T00:00:00", "", "", models_hash(), versions, list(published))
    monkeypatch.setattr(candidates, "current_manifest", lambda _: base)
    database_path(home, "r000001").parent.mkdir(parents=True, exist_ok=True)
    duckdb.connect(str(database_path(home, "r000001"))).close()
    made = build_candidate(home, normalize(home, Vault(home).current(key)))
    try:
        controlled = made.opened.con.execute("select round_key from control.round_to_build").fetchall()
        assert [n.round_key for n in made.building] == [k for (k,) in controlled]
        return [k for (k,) in controlled]
    finally:
        discard(made)


def test_surveys_that_are_raked_to_it_are_built_again(
    rounds: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (rounds / "survey.yml").write_text(STATED.format(weights="raked"), encoding="utf-8")
    # Round 2 of the survey takes the stock of round 1, as there is none of round 2; round 3 that of round 3.
    assert building(home, monkeypatch, THIRD, FIRST, TWO, THREE) == [THREE, THIRD]
    assert building(home, monkeypatch, FIRST, TWO, THREE, THIRD) == [TWO, FIRST]
    assert building(home, monkeypatch, FIRST, TWO, THREE) == [TWO, THREE, FIRST]
    assert building(home, monkeypatch, THREE, FIRST, TWO, THIRD) == [THREE]


def test_nothing_more_is_built_where_raked_weights_are_only_shown(
    rounds: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert building(home, monkeypatch, FIRST) == [FIRST]
    (rounds / "survey.yml").write_text(STATED.format(weights="none"), encoding="utf-8")
    assert building(home, monkeypatch, FIRST, TWO, THREE) == [FIRST]


def test_a_changed_design_is_a_reason_to_build_the_surveys_again(rounds: Path, home: Home) -> None:
    def hashes() -> dict[str, str]:
        return {key: reference_hash(load_operation("toy"), Vault(home).current(key)) for key in (FIRST, TWO)}

    before, named = hashes(), normalize(home, Vault(home).current(TWO)).normalized_id
    (rounds / "survey.yml").write_text(STATED.format(weights="none"), encoding="utf-8")
    stated = hashes()
    assert stated[FIRST] == before[FIRST] and stated[TWO] != before[TWO]
    (rounds / "survey.yml").write_text(STATED.format(weights="raked"), encoding="utf-8")
    raked = hashes()
    assert raked[FIRST] == before[FIRST] and raked[TWO] != stated[TWO]
    (rounds / "survey.yml").write_text(
        STATED.format(weights="raked").replace("raked, ", "raked, notes: words, "), encoding="utf-8"
    )
    assert hashes() == raked
    assert normalize(home, Vault(home).current(TWO)).normalized_id == named  # the tables are as they were
