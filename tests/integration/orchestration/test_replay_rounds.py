"""Replay through the whole line: what a change of files makes run again, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.run import _execute, _job, run_round
from tests.toy import write_rows, write_toy
from warehouse.cli.rounds import _chosen, _only_judged
from warehouse.corrections.enter import Desk, Named, Signature
from warehouse.deliveries.vault import Vault
from warehouse.releases.manifest import current_id
from warehouse.settings import Home
from warehouse.status import round_states

pytestmark = pytest.mark.slow
ONE, TWO = "toy-baseline-r01", "toy-baseline-r02"


def _publish(home: Home, folder: Path) -> None:
    header: list[object] = ["_uuid", "Region", "District", "Displaced people"]
    for number in (1, 2):
        rows = [header, *([f"u{i}", "North", f"D{i}", 101 * number + i] for i in range(1, 5))]
        Vault(home).receive(write_rows(folder / f"round{number}.xlsx", rows))
        assert run_round(home, f"toy-baseline-r0{number}").outcome == "published"


def test_a_fix_runs_only_what_it_touches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = write_toy(tmp_path)
    monkeypatch.setenv("MTM_OPERATIONS", str(toy.parent))
    home = Home(tmp_path / "home").ensure()
    _publish(home, tmp_path)
    assert _chosen(home, ()) == []

    Desk(home, ONE).correct(Named(row_number=2), "idp", "102", "103", Signature("data manager", "confirmed by phone"))
    assert _chosen(home, ()) == [ONE]
    assert next(s.todo for s in round_states(home) if s.round_key == ONE) == f"mtm run {ONE} (corrections changed)"
    assert run_round(home, ONE).outcome == "published"
    assert _chosen(home, ()) == []

    book, before = toy / "codebooks" / "baseline.yml", current_id(home)
    book.write_text(book.read_text(encoding="utf-8").replace("[Test]", "[Test, Probe]"), encoding="utf-8")
    assert sorted(_chosen(home, ())) == [ONE, TWO]
    work, _ = _execute(home, _job(home, "publish_round"), ONE, None)  # as the schedule and the UI start it
    assert (work.was_published, current_id(home), _chosen(home, ())) == (True, before, [TWO])
    for key in (ONE, TWO):
        result = run_round(home, key)
        assert (result.outcome, result.replayed, result.release_id) == ("unchanged", True, before)
    assert _chosen(home, ()) == []

    gate = "thresholds: [{check: rejected_rows_share, severity: block, value: 0.04, since: 2026-01-01, reason: a test}]"
    (toy / "gate.yml").write_text(gate, encoding="utf-8")
    assert sorted(_chosen(home, ())) == [ONE, TWO] and _only_judged(home, ONE)
    assert run_round(home, ONE, check_only=True).outcome == "passed"
    assert (_chosen(home, ()), current_id(home)) == ([TWO], before)

    figure = (
        "figures: [{round_key: toy-baseline-r02, figure_code: idp, name: n, value: 818, unit: individuals, source: s}]"
    )
    (toy / "published.yml").write_text(figure, encoding="utf-8")
    assert _chosen(home, ()) == [TWO] and not _only_judged(home, TWO)
