"""What each release said, through the whole line: a correction, a rollback, and a release built past the one rolled back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration.run import run_round
from tests.toy import write_rows, write_toy
from warehouse.cli import cli
from warehouse.deliveries.vault import Vault
from warehouse.releases.query import query
from warehouse.releases.verify import rollback
from warehouse.settings import Home
from warehouse.status import round_states

pytestmark = pytest.mark.slow
HEADER: list[object] = ["_uuid", "Region", "District", "Displaced people", "displaced in 2023"]
SAID = """SELECT release_id, round_key, figure_code, statement, individuals, difference FROM mart_release_vintages
          WHERE place_level = 0 ORDER BY ALL"""


def _publish(home: Home, path: Path, round_key: str, people: int) -> str | None:
    rows = [HEADER, *([f"u{i}", "North", f"D{i}", people + i, people + i] for i in range(1, 5))]
    Vault(home).receive(write_rows(path, rows))
    result = run_round(home, round_key)
    assert result.outcome == "published"
    return result.release_id


def test_history_follows_the_chain_of_releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_OPERATIONS", str(write_toy(tmp_path).parent))
    home = Home(tmp_path / "home").ensure()
    monkeypatch.setenv("MTM_HOME", str(home.root))
    one, two = "toy-baseline-r01", "toy-baseline-r02"
    assert _publish(home, tmp_path / "round1.xlsx", one, 100) == "r000001"
    assert _publish(home, tmp_path / "round1.xlsx", one, 110) == "r000002"
    first = [("r000001", one, "2023", "new", 410, None), ("r000001", one, "total", "new", 410, None)]
    corrected = [("r000002", one, "2023", "changed", 450, 40), ("r000002", one, "total", "changed", 450, 40)]
    assert query(home, SAID)[1] == first + corrected

    rollback(home, "r000001")
    assert query(home, SAID)[1] == first
    assert _publish(home, tmp_path / "round2.xlsx", two, 120) == "r000003"
    assert query(home, SAID)[1] == [
        *first,
        ("r000003", two, "2023", "new", 490, None),
        ("r000003", two, "total", "new", 490, None),
    ]
    stand = {s.round_key: (s.state, s.waits) for s in round_states(home)}
    assert stand == {one: ("withdrawn", False), two: ("published", False)}  # it does not return with the next round
    change = query(
        home, "SELECT total_difference, like_for_like, direction FROM mart_round_change WHERE place_level = 0"
    )[1]
    assert change == [(80, 80, "increase")]

    assert _asked("--release", "r000002") == [{"n": 450}]
    moved = [json.loads(line) for line in (home.published / "flips.jsonl").read_text().splitlines()]
    assert [m["release_id"] for m in moved] == ["r000001", "r000002", "r000001", "r000003"]
    assert _asked("--published-on", moved[1]["at"]) == [{"n": 450}]
    assert _asked("--published-on", moved[2]["at"]) == [{"n": 410}]


def _asked(option: str, value: str) -> Any:
    sql = "SELECT individuals AS n FROM mart_population WHERE place_level = 0 AND sex = 'all' AND round_key = 'toy-baseline-r01'"
    answer = CliRunner().invoke(cli, ["query", option, value, "--json", sql])
    assert answer.exit_code == 0 and "answered by release" in answer.stderr
    return json.loads(answer.stdout)
