"""Rounds through the whole line in process: published, unchanged, refused, provisional, checked only, broken."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from orchestration.instance import open_instance
from orchestration.run import RoundResult, _execute, _job, run_round
from tests.toy import write_rows, write_toy
from warehouse.deliveries.vault import Vault
from warehouse.errors import UsageError
from warehouse.releases import candidate as candidates
from warehouse.releases import lock
from warehouse.releases.manifest import current_id, load_manifest, release_ids
from warehouse.releases.verdict import load_verdict
from warehouse.settings import Home

pytestmark = pytest.mark.slow

ROUND = "toy-baseline-r01"
HEADER: list[object] = [
    "_uuid",
    "Round",
    "Region",
    "Region code",
    "District",
    "Displaced people",
    "Displaced households",
]
REAL = ("Baseline_Assessment_Round_12.xlsx", "mli-baseline-r12")


@dataclass
class Line:
    """A home, and a round of the toy operation that is delivered and run."""

    home: Home
    folder: Path
    first: RoundResult | None = None  # the run that published the first release
    printed: str = ""  # by that run

    def deliver(self, name: str, *, change: object = None, rows: int = 8) -> None:
        """Receive a workbook of places with people; `change` takes the place of the first count."""
        found: list[list[object]] = [HEADER]
        for i in range(1, rows + 1):
            region = 1 + i % 2
            people = change if change is not None and i == 1 else 113 + 10 * i
            found.append([f"u{i}", 1, f"Region {region}", f"TOY0{region}", f"District {i}", people, 21 + i])
        Vault(self.home).receive(write_rows(self.folder / name, found))

    def run(self, *, check_only: bool = False) -> RoundResult:
        return run_round(self.home, ROUND, check_only=check_only)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """The toy operation with its first round published; each test starts from the release that stands."""
    folder = tmp_path_factory.mktemp("line")
    write_toy(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(folder / "operations"))
        patch.delenv("MTM_DEBUG", raising=False)
        line = Line(Home(folder / "home").ensure(), folder)
        line.deliver("toy round1.xlsx")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            line.first = line.run()
        line.printed = printed.getvalue()
        yield line


def events(line: Line, result: RoundResult) -> list[dg.DagsterEvent]:
    with open_instance(line.home) as instance:
        entries = instance.all_logs(result.run_id or "")
    return [entry.dagster_event for entry in entries if entry.dagster_event]


def free(line: Line) -> bool:
    """Whether the next builder would get in."""
    return line.home.build / "candidate.lock" not in lock._held and not (line.home.build / "candidate").exists()


def test_the_first_round_is_published(line: Line) -> None:
    assert line.first is not None
    assert (line.first.outcome, line.first.release_id, line.first.error) == ("published", "r000001", None)
    assert free(line)


def test_the_console_stays_quiet(line: Line) -> None:
    assert line.printed == ""


def test_the_times_are_told_by_stage(line: Line) -> None:
    stages = line.first.stages if line.first else {}
    assert list(stages) == [
        "load", "receive", "normalize", "gate normalized", "build candidate", "dbt", "gate marts", "publish", "dagster",
    ]  # fmt: skip
    assert all(seconds >= 0 for seconds in stages.values())


def test_the_run_shows_every_asset_with_metadata(line: Line) -> None:
    assert line.first is not None
    seen = {
        e.asset_key.to_user_string(): e for e in events(line, line.first) if e.is_step_materialization and e.asset_key
    }
    assert {
        "delivery",
        "canonical_round",
        "candidate",
        "stg_canonical__population",
        "mart_population",
        "verdict",
        "release",
    } <= set(seen)
    assert all(e.partition == ROUND for e in seen.values())
    shown = {name: e.step_materialization_data.materialization.metadata for name, e in seen.items()}
    assert shown["canonical_round"]["rows in"].value == shown["canonical_round"]["rows accepted"].value == 8
    assert shown["release"]["release"].value == "r000001"
    assert {"rows of marts", "seconds by stage", "content hash"} <= set(shown["release"])


def test_what_is_served_already_runs_nothing(line: Line) -> None:
    again = line.run()
    assert (again.outcome, again.release_id, again.run_id) == ("unchanged", "r000001", None)
    assert release_ids(line.home) == ["r000001"]


def test_the_job_on_what_is_served_makes_no_second_release(line: Line) -> None:
    """The same job, started in the UI on a round that is served: the last step says so (reliability: F6)."""
    work, _ = _execute(line.home, _job(line.home, "publish_round"), ROUND, None)
    assert work.was_published and work.manifest is not None and work.manifest.release_id == "r000001"
    assert release_ids(line.home) == ["r000001"] and free(line)


@pytest.mark.parametrize("cell", [-7, "many"])
def test_a_refused_round_leaves_the_release_as_it_was(line: Line, cell: object) -> None:
    before = load_manifest(line.home)
    line.deliver(f"toy round1 bad {cell}.xlsx", change=cell)
    result = line.run()
    assert (result.outcome, result.release_id, result.error) == ("refused", None, None)
    assert result.verdict is not None and result.verdict.blocking
    assert "candidate" not in {step for step in result.stages if "build" in step}
    stored = load_verdict(line.home, ROUND, result.verdict.normalized_id)
    assert stored is not None and stored.outcome == "refused"
    assert load_manifest(line.home) == before and free(line)


def test_a_partial_round_is_shown_and_not_published(line: Line) -> None:
    before = current_id(line.home)
    line.deliver("toy round1 in progress.xlsx", rows=5)
    result = line.run()
    assert (result.outcome, result.release_id) == ("provisional", None)
    assert current_id(line.home) == before and free(line)
    found = events(line, result)
    observed = [e for e in found if e.is_asset_observation]
    assert [e.asset_key.to_user_string() for e in observed if e.asset_key] == ["release"]
    assert "release" not in {e.asset_key.to_user_string() for e in found if e.is_step_materialization and e.asset_key}
    with open_instance(line.home) as instance:
        run = instance.get_run_by_id(result.run_id or "")
    assert run is not None and run.is_success and run.tags["mtm/verdict"] == "provisional"


def test_a_check_gives_the_verdict_and_publishes_nothing(line: Line) -> None:
    before = current_id(line.home)
    line.deliver("toy round1 checked.xlsx", change=127)
    result = line.run(check_only=True)
    assert (result.outcome, result.release_id) == ("passed", None)
    assert result.verdict is not None and {c.layer for c in result.verdict.checks} == {"normalized", "marts"}
    assert current_id(line.home) == before and free(line)


def test_models_that_fail_refuse_the_round(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_models(built: candidates.Candidate) -> object:
        from warehouse.releases.models import DbtOutcome

        built.dbt = [
            {
                "unique_id": "model.mtm.mart_population",
                "status": "error",
                "message": "no",
                "rows": None,
                "seconds": 0.1,
                "failures": None,
            }
        ]
        return DbtOutcome(built.dbt)

    before = current_id(line.home)
    line.deliver("toy round1 models.xlsx", change=129)
    monkeypatch.setattr("warehouse.releases.models.run_dbt", without_models)
    result = line.run()
    assert result.outcome == "refused" and result.verdict is not None
    assert current_id(line.home) == before and free(line)


def test_a_gate_that_breaks_publishes_nothing(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = "".join(["+99", "6 555 010203"])  # frames show lines of code, which are no values

    def broken(_: object) -> None:
        raise RuntimeError(f"can't convert {phone}")

    before = current_id(line.home)
    line.deliver("toy round1 gate.xlsx", change=131)
    monkeypatch.setattr("expectations.gate.check_candidate", broken)
    result = line.run()
    assert result.outcome == "error" and result.error is not None
    assert "RuntimeError" in str(result.error) and "+996 555" not in str(result.error)
    assert not any("+996 555" in str(event) for event in events(line, result))
    assert current_id(line.home) == before and free(line)


def test_a_release_needs_the_stored_verdict(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The publishing step believes the disk, not the step before it."""
    before = current_id(line.home)
    line.deliver("toy round1 verdict.xlsx", change=133)
    monkeypatch.setattr("orchestration.assets.publish.load_verdict", lambda *_: None)
    result = line.run()
    assert result.outcome == "error" and result.error is not None and result.error.exit_code == 3
    assert current_id(line.home) == before and free(line)


def test_a_damaged_vault_is_an_error_of_one_line(line: Line) -> None:
    line.deliver("toy round1 damaged.xlsx", change=137)
    delivery = Vault(line.home).current(ROUND)
    blob = line.home.vault / "blobs" / delivery.sha256[:2] / delivery.sha256
    kept = blob.read_bytes()
    blob.chmod(0o600)
    blob.write_bytes(kept + b"!")
    result = line.run()
    assert result.outcome == "error" and result.error is not None and result.error.code == "vault_damaged"
    blob.write_bytes(kept)


def test_a_round_that_was_never_delivered(line: Line) -> None:
    with pytest.raises(UsageError, match="no delivery of toy-baseline-r99"):
        run_round(line.home, "toy-baseline-r99")


@pytest.mark.real
def test_a_real_delivery_goes_all_the_way(deliveries: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTM_OPERATIONS", raising=False)
    name, key = REAL
    receipt = Vault(home).receive(deliveries / "mli" / name)
    assert receipt.delivery.round_key == key
    result = run_round(home, key)
    assert (result.outcome, result.release_id) == ("published", "r000001")
    version = load_manifest(home).version(key)
    assert version is not None and version.sha256 == receipt.delivery.sha256
