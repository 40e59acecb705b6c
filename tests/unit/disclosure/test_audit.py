"""The audit adds up what the attack finds, by mart; it fails closed; the command tells it and its exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner

from tests.unit.disclosure.tables import facts, published
from warehouse.cli import cli
from warehouse.disclosure.audit import MODULES, audit, audit_systems
from warehouse.disclosure.published import PublishedSystem
from warehouse.disclosure.system import needed_width

NINE = "wa wb wc xa xc yb yd zb zd"


def told(hidden: str, *, true: bool = True) -> PublishedSystem:
    system, cells = published(hidden)
    assert system.values is not None
    needed = needed_width(system.values[cells]) if true else np.full(len(cells), np.nan)
    marts = tuple("mart_a" if system.names[c][0] in "01" else "mart_b" for c in cells)
    return PublishedSystem("linked", replace(system, values=None), cells, needed, marts)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("true", [True, False])
def test_an_exposed_cell_is_told_with_its_mart_and_interval(exact: bool, true: bool) -> None:
    found = audit_systems([told(NINE, true=true)], exact=exact)
    # z|b and z|d are large: 185 wide is less than 20 % of 991
    assert [(e.mart, e.cell, e.low, e.high) for e in found.exposed if e.mart == "mart_a"] == [("mart_a", "0|1", 47, 47)]
    assert found.marts["mart_a"].hidden == 5 and found.marts["mart_b"].hidden == 4
    assert found.marts["mart_a"].narrowest == 0
    assert not found.ok
    assert found.hidden == 9


def test_wide_intervals_are_fine_and_open_ends_too() -> None:
    system, cells = facts([3, 4, 50], {0, 1}, [(0, 0, 1), (0, 1, 1)], [(40, 40)])
    lonely, cell = facts([3], {0}, [], [])
    found = audit_systems(
        [
            PublishedSystem("mart_a", system, cells, np.full(2, 10.0)),
            PublishedSystem("mart_b", lonely, cell, np.full(1, np.nan)),
        ]
    )
    assert found.ok and found.exposed == []
    assert found.marts["mart_b"].narrowest is None
    assert found.as_dict()["narrowest"] == found.marts["mart_a"].narrowest


def test_figures_that_contradict_each_other_are_no_proof() -> None:
    system, cells = facts([3, 4], {0, 1}, [(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 1)], [(7, 7), (9, 9)])
    found = audit_systems([PublishedSystem("mart_a", system, cells, np.full(2, 1.0))])
    assert not found.ok
    assert found.contradictions == ["c0", "c1"]
    assert found.exposed == []


def modules(monkeypatch: pytest.MonkeyPatch, *found: PublishedSystem) -> None:
    def systems(con: object, previous: object = None, true: object = None) -> Iterator[PublishedSystem]:
        yield from found

    def none(con: object, previous: object = None, true: object = None) -> Iterator[PublishedSystem]:
        yield from ()

    for k, name in enumerate(MODULES):
        module = ModuleType(name)
        module.systems = none if k else systems  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, f"warehouse.disclosure.published.{name}", module)


def test_a_part_that_can_not_be_loaded_stops_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    modules(monkeypatch)
    monkeypatch.setitem(sys.modules, f"warehouse.disclosure.published.{MODULES[1]}", None)
    with duckdb.connect() as con, pytest.raises(ImportError):
        audit(con)


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two small releases, without a build database."""
    for number, parent in (("r000001", None), ("r000002", "r000001")):
        folder = tmp_path / "published" / "releases" / number
        folder.mkdir(parents=True)
        duckdb.connect(str(folder / "mtm.duckdb")).close()
        manifest = {"release_id": number, "parent": parent, "published_at": "2024-01-01T00:00:00Z", "content_hash": "0",
                    "code_version": "0", "models_hash": "0", "rounds": [], "brought": []}  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "published" / "current").symlink_to("releases/r000002")
    monkeypatch.setenv("MTM_HOME", str(tmp_path))
    return tmp_path


def test_the_command_tells_what_is_exposed_and_exits_with_three(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules(monkeypatch, told(NINE))
    result = CliRunner().invoke(cli, ["disclosure", "audit"])
    assert result.exit_code == 3
    assert "mart_a" in result.output and "0|1" in result.output
    result = CliRunner().invoke(cli, ["disclosure", "audit", "r000001", "--json"])
    assert result.exit_code == 3
    said = json.loads(result.stdout)
    assert said["release_id"] == "r000001" and not said["with_previous"] and not said["true_values"]
    assert said["exposed"][0]["cell"] == "0|1"


def test_the_command_exits_with_nothing_when_nothing_can_be_learnt(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, cells = facts([3, 4, 50], {0, 1}, [(0, 0, 1), (0, 1, 1)], [(40, 40)])
    modules(monkeypatch, PublishedSystem("mart_a", system, cells, np.full(2, 10.0)))
    result = CliRunner().invoke(cli, ["disclosure", "audit", "--json"])
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["with_previous"] and said["ok"] and said["narrowest"] == 40
    assert CliRunner().invoke(cli, ["disclosure", "audit"]).exit_code == 0
    unknown = CliRunner().invoke(cli, ["disclosure", "audit", "r000009"], standalone_mode=False)
    assert unknown.exception is not None and unknown.exception.exit_code == 2  # type: ignore[attr-defined]
