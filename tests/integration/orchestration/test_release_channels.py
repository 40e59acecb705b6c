"""Releases through the whole line: held back and promoted, rounds in any order, a clock that steps back, built again from the vault."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration.run import run_round
from tests.toy import write_rows, write_toy
from warehouse.cli import cli
from warehouse.deliveries.vault import Vault
from warehouse.errors import MtmError
from warehouse.releases import candidate as candidates
from warehouse.releases.manifest import current_id, latest_id, load_manifest, release_ids
from warehouse.releases.rebuild import rebuild
from warehouse.settings import Home
from warehouse.status import round_states

pytestmark = pytest.mark.slow
HEADER: list[object] = ["_uuid", "Region", "District", "Displaced people", "displaced in 2023"]
ONE, TWO = "toy-baseline-r01", "toy-baseline-r02"


def _file(folder: Path, number: int, people: int) -> Path:
    rows = [HEADER, *([f"u{i}", "North", f"D{i}", people + i, people + i] for i in range(1, 5))]
    return write_rows(folder / f"round{number}.xlsx", rows)


def _mtm(home: Home, *words: str) -> Any:
    done = CliRunner().invoke(cli, [*words, "--json"], env={"MTM_HOME": str(home.root)})
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


class Earlier(datetime):
    """A clock that was set back by years."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime(2011, 1, 1, tzinfo=tz)


def test_releases_from_hold_to_rebuild_whatever_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_OPERATIONS", str(write_toy(tmp_path).parent))
    home, other = Home(tmp_path / "home").ensure(), Home(tmp_path / "other").ensure()
    files = {1: _file(tmp_path, 1, 100), 2: _file(tmp_path, 2, 120)}
    for number in (1, 2, 1):  # the same delivery twice is nothing new
        Vault(home).receive(files[number])
    assert run_round(home, ONE).release_id == current_id(home) == "r000001"

    held = run_round(home, TWO, hold=True)
    assert (held.outcome, held.release_id, current_id(home), latest_id(home)) == (
        "held",
        "r000002",
        "r000001",
        "r000002",
    )
    state = next(s for s in round_states(home) if s.round_key == TWO)
    assert (state.state, state.waits) == ("held", False) and "mtm promote r000002" in state.todo
    status = _mtm(home, "status")
    assert (status["current"], status["latest_candidate"], status["held"]) == ("r000001", "r000002", ["r000002"])
    assert _mtm(home, "run") == []  # what is held back is not served by itself
    assert _mtm(home, "promote")["current"] == current_id(home) == "r000002"
    assert [s.state for s in round_states(home)] == ["published", "published"]
    assert (run_round(home, TWO).outcome, release_ids(home)) == ("unchanged", ["r000001", "r000002"])
    notes = _mtm(home, "show", "--notes")["notes"]
    assert f"| {TWO} | " in notes and "|  | 490 |  |  |" in notes

    monkeypatch.setattr(candidates, "datetime", Earlier)  # F16: nothing depends on the clock, nor on what came first
    for number in (2, 1):
        Vault(other).receive(files[number])
        assert run_round(other, f"toy-baseline-r0{number}").outcome == "published"
    monkeypatch.undo()
    monkeypatch.setenv("MTM_OPERATIONS", str(tmp_path / "operations"))
    one, two = load_manifest(home), load_manifest(other)
    assert one.content_hash == two.content_hash and two.published_at.startswith("2011")
    assert {n: m["content_hash"] for n, m in one.marts.items()} == {n: m["content_hash"] for n, m in two.marts.items()}
    assert _mtm(other, "query", "SELECT max(release_id) AS r FROM mart_releases WHERE is_current") == [{"r": "r000002"}]

    again = rebuild(home)
    assert (again["ok"], again["same_code"], again["content_hash"]) == (True, True, one.content_hash)
    blob = next((home.vault / "blobs").glob(f"*/{one.rounds[0].sha256}"))
    kept = blob.read_bytes()
    blob.chmod(0o600)
    blob.write_bytes(kept[:-1] + b"!")
    with pytest.raises(MtmError) as damaged:
        rebuild(home)
    assert damaged.value.code == "vault_damaged" and not list(home.build.glob("rebuild-*"))
