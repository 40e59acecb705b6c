"""Homes of older versions under this one: releases verify, are asked, compared, rolled back, and the next round builds on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.faults import toyland
from tests.integration.upgrades.old_homes import HOMES, REVISIONS, next_delivery, unpacked
from warehouse.cli import cli
from warehouse.migrations.state import VERSION
from warehouse.settings import Home

PEOPLE = "SELECT individuals FROM mart_population WHERE place_level = 0 AND round_key = 'toy-baseline-r01' AND sex = 'all' AND age_group = 'all'"


def mtm(home: Home, *words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli, [*words, "--json"], env={"MTM_HOME": str(home.root)})
    assert done.exit_code == code, (words, done.output, done.exception)
    return json.loads(done.stdout)


@pytest.fixture
def old(revision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("MTM_OPERATIONS", "")
    return unpacked(HOMES / f"{revision}.tar.xz", tmp_path)


@pytest.mark.parametrize("revision", REVISIONS)
def test_releases_of_an_older_version_are_as_they_were(old: Home) -> None:
    manifests = {p.parent.name: json.loads(p.read_text()) for p in old.releases.glob("r*/manifest.json")}
    answers = mtm(old, "verify", "--all")
    assert [(a["release_id"], a["ok"]) for a in answers] == [("r000001", True), ("r000002", True)]
    assert {a["release_id"]: a["content_hash"] for a in answers} == {i: m["content_hash"] for i, m in manifests.items()}

    status = mtm(old, "status")
    assert status["current"] == "r000002" and {r["round_key"]: r["state"] for r in status["rounds"]} == {
        "toy-baseline-r01": "published", "toy-baseline-r02": "waiting"}  # fmt: skip
    assert json.loads((old.root / "state.json").read_text())["version"] == VERSION
    assert mtm(old, "migrate")["steps"] == []

    assert mtm(old, "query", PEOPLE) == [{"individuals": toyland.people(1, 1)}]
    assert mtm(old, "query", "--release", "r000001", PEOPLE) == [{"individuals": toyland.people(1, 0)}]
    assert mtm(old, "show", "r000001")["content_hash"] == manifests["r000001"]["content_hash"]
    assert mtm(old, "diff", "r000001", "r000002")
    assert mtm(old, "rollback", "r000001")["current"] == "r000001"
    assert mtm(old, "query", PEOPLE) == [{"individuals": toyland.people(1, 0)}]
    assert [r["release_id"] for r in mtm(old, "releases")] == ["r000001", "r000002"]
    assert next(r["state"] for r in mtm(old, "status")["rounds"] if r["round_key"] == "toy-baseline-r01") == "withdrawn"
    assert mtm(old, "rollback", "r000002")["current"] == "r000002"
    mtm(old, "tag", "r000001", "annual")
    assert mtm(old, "verify", "annual")["ok"]

    manifest = old.releases / "r000001/manifest.json"  # the index vouches for releases from before it as well
    manifest.chmod(0o644)
    manifest.write_text(manifest.read_text().replace('"code_version": "', '"code_version": "9'))
    told = CliRunner().invoke(cli, ["verify", "r000001"], env={"MTM_HOME": str(old.root)})
    assert "manifest.json is altered" in str(told.exception)


@pytest.mark.parametrize("revision", REVISIONS)
def test_pages_and_traces_of_an_older_release(old: Home, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    mtm(old, "report", "toy-baseline-r01", "--release", "r000001", "--out", str(report))
    assert report.stat().st_size > 10_000
    key = "round_key=toy-baseline-r01,place_level=0,sex=all,age_group=all,population_category=idp"
    assert str(toyland.people(1, 1)) in json.dumps(mtm(old, "trace", "mart_population", key))


@pytest.mark.slow
@pytest.mark.upgrades
@pytest.mark.parametrize("revision", REVISIONS)
def test_package_and_site_of_an_older_release(old: Home, tmp_path: Path) -> None:
    mtm(old, "export", "package", "--out", str(tmp_path / "package.zip"))
    mtm(old, "site", "--out", str(tmp_path / "site"))
    assert (tmp_path / "site/index.html").is_file() and (tmp_path / "package.zip").stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.upgrades
@pytest.mark.parametrize("revision", REVISIONS)
def test_the_next_round_builds_on_an_older_release(old: Home, tmp_path: Path) -> None:
    from orchestration.run import run_round
    from warehouse.deliveries.vault import Vault

    before = {
        i: json.loads((old.releases / i / "manifest.json").read_text())["content_hash"] for i in ("r000001", "r000002")
    }
    result = run_round(old, "toy-baseline-r02")
    assert (result.outcome, result.release_id, result.error) == ("published", "r000003", None)
    Vault(old).receive(next_delivery(tmp_path))
    assert run_round(old, "toy-baseline-r03").release_id == "r000004"
    assert mtm(old, "query", PEOPLE) == [{"individuals": toyland.people(1, 1)}]
    assert mtm(old, "query", PEOPLE.replace("r01", "r03")) == [{"individuals": toyland.people(3)}]
    assert all(a["ok"] for a in mtm(old, "verify", "--all"))
    assert mtm(old, "diff", "r000002", "r000004")
    assert mtm(old, "rollback", "r000002")["current"] == "r000002"
    assert {i: mtm(old, "show", i)["content_hash"] for i in before} == before
