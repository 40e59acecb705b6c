"""Handouts within a release: searched, hashed, verified and removed with it; one that fails refuses the release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.releases.made import candidate, published, verdict_on
from warehouse.cli.export import export
from warehouse.errors import MtmError, UsageError
from warehouse.releases.gc import collect
from warehouse.releases.manifest import current_id, release_ids
from warehouse.releases.publish import publish
from warehouse.releases.verify import verify
from warehouse.serving import handouts
from warehouse.settings import Home


@pytest.fixture
def handed_out(line: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Handouts are on; the reports of these three marts are not made."""
    monkeypatch.setenv(handouts.SWITCH, "on")
    monkeypatch.setattr(handouts, "REPORT", "warehouse.serving.no_report")
    return line


def test_the_package_is_a_part_of_the_release(handed_out: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    m = published(handed_out, {"A": 10, "B": 20})
    files = {name for name in m.files if name.startswith("package/")}
    assert {"package/mtm.xlsx", "package/csv/mart_population.csv", "package/README.ky.md", "package/dcat.jsonld",
            "package/parquet/mart_plain.parquet"} <= files  # fmt: skip
    assert verify(handed_out)["ok"]
    described = json.loads((handed_out.current / "package" / "datapackage.json").read_text(encoding="utf-8"))
    assert described["id"].endswith(m.content_hash[:12])
    monkeypatch.setenv(handouts.SWITCH, "off")
    later = published(handed_out, {"A": 11, "B": 20}, day="2026-01-03")
    assert not [name for name in later.files if name.startswith("package/")] and verify(handed_out)["ok"]
    published(handed_out, {"A": 12, "B": 20}, day="2026-01-04")
    assert m.release_id in collect(handed_out, 1).removed
    assert m.release_id not in release_ids(handed_out) and not (handed_out.releases / m.release_id).exists()


def test_an_altered_package_is_noticed(handed_out: Home) -> None:
    published(handed_out, {"A": 10, "B": 20})
    path = (handed_out.current / "package" / "README.md").resolve()
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8") + "x", encoding="utf-8")
    with pytest.raises(MtmError, match=r"package/README\.md is altered"):
        verify(handed_out)


def test_a_handout_that_fails_refuses_the_release_and_names_the_switch(
    handed_out: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(handed_out, {"A": 10, "B": 20})

    def fails(*_: object) -> None:
        raise ValueError("planted text 4711")

    monkeypatch.setattr("warehouse.serving.package._write_tables", fails)
    made = candidate(handed_out, {"A": 11, "B": 20}, day="2026-01-03")
    with pytest.raises(MtmError) as error:
        publish(handed_out, made, verdict_on(made))
    assert error.value.code == "handouts_failed" and "MTM_HANDOUTS=off" in error.value.todo
    assert "4711" not in str(error.value) and "ValueError" in str(error.value)
    assert current_id(handed_out) == "r000001" and not list(handed_out.releases.glob(".staging-*"))


def test_a_value_of_a_person_is_found_inside_of_the_workbook(handed_out: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaks(ws: object, *_: object) -> None:
        ws.write_string(0, 0, "planted text 4711")  # type: ignore[attr-defined]

    monkeypatch.setattr("warehouse.serving.package.cover.write_cover", leaks)
    made = candidate(handed_out, {"A": 10, "B": 20})
    with pytest.raises(MtmError) as error:
        publish(handed_out, made, verdict_on(made))
    assert error.value.code == "personal_data_found" and "package/mtm.xlsx" in error.value.where
    assert current_id(handed_out) is None


def test_the_command_hands_out_a_release_that_has_no_package(line: Home, tmp_path: Path) -> None:
    published(line, {"A": 10, "B": 20})
    runner, env = CliRunner(), {"MTM_HOME": str(line.root)}
    asked = ["csv", "--mart", "mart_population", "--out", str(tmp_path / "figures")]
    done = runner.invoke(export, [*asked, "--json"], env=env)
    answer = json.loads(done.stdout)
    assert done.exit_code == 0 and answer["release_id"] == "r000001" and answer["format"] == "csv"
    (file,) = answer["files"]
    assert Path(file["path"]).stat().st_size == file["bytes"] and file["path"].endswith("figures/mart_population.csv")
    again = runner.invoke(export, asked, env=env)
    assert isinstance(again.exception, UsageError) and again.exception.code == "already_there"
    assert runner.invoke(export, ["csv", "--release", "r000009"], env=env).exception.code == "unknown_release"  # type: ignore[union-attr]
    assert runner.invoke(export, ["docx"], env=env).exit_code == 2
