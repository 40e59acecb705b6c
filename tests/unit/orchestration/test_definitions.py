"""The definitions load, hold what they promise, and importing them does nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg
import yaml

from orchestration.definitions import build_definitions
from orchestration.resources import WarehouseHome
from warehouse.settings import PROJECT


def test_they_hold_jobs_sensor_schedule_and_can_be_resolved(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)
    publish, check = (definitions.resolve_job_def(name) for name in ("publish_round", "check_round"))
    assert publish.executor_def.name == check.executor_def.name == "in_process"
    assert dg.AssetKey("release") in publish.asset_layer.selected_asset_keys
    assert dg.AssetKey("release") not in check.asset_layer.selected_asset_keys
    assert {"inbox", "new_sources", "due_rounds", "alert_of_failed_runs", "alert_of_ended_runs", "alerts"} <= {
        s.name for s in definitions.sensors or []
    }
    assert {"rounds_kgz", "rounds_mli"} <= {s.name for s in definitions.schedules or []}


def test_every_asset_is_partitioned_by_round_described_and_never_retried(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.executable_asset_keys:
        node = graph.get(key)
        assert node.partitions_def is not None and node.partitions_def.name == "rounds", key
        assert node.description, f"{key.to_user_string()} has no description"
    assert all(op.retry_policy is None for op in definitions.resolve_job_def("publish_round").nodes)


def test_only_the_pull_is_tried_again_and_waits_longer_each_time(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("pull_source")
    (pull,) = job.nodes
    policy = pull.definition.retry_policy
    assert policy is not None and policy.backoff == dg.Backoff.EXPONENTIAL and policy.jitter == dg.Jitter.PLUS_MINUS
    assert job.tags["mtm/work"] == "pull" and int(job.tags["dagster/max_runtime"]) > 0


def test_many_rounds_are_one_run(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    assert {graph.get(key).backfill_policy for key in graph.executable_asset_keys} == {dg.BackfillPolicy.single_run()}


def test_what_writes_the_build_database_is_in_a_pool(definitions: dg.Definitions) -> None:
    pools = {op.name: op.definition.pool for op in definitions.resolve_job_def("publish_round").nodes}
    assert {name for name, pool in pools.items() if pool == "build_database"} == {
        "candidate",
        "models",
        "verdict",
        "release",
    }


def test_the_gate_blocks_and_dbt_tests_do_not(definitions: dg.Definitions) -> None:
    """The verdict is the one thing that stops a release; dbt's results are part of it."""
    graph = definitions.resolve_asset_graph()
    specs = {key.to_user_string(): graph.get_check_spec(key) for key in graph.asset_check_keys}
    assert {name for name, spec in specs.items() if spec.blocking} == {
        "canonical_round:normalized_gate",
        "verdict:gate",
    }
    assert len(specs) > 10


def test_resources_are_overridden_and_objects_are_fresh(tmp_path: Path) -> None:
    warehouse = WarehouseHome(path=str(tmp_path))
    one, two = build_definitions(warehouse=warehouse), build_definitions(warehouse=warehouse)
    assert one is not two and (one.resources or {})["warehouse"] is warehouse


def test_importing_them_writes_nothing(tmp_path: Path) -> None:
    code = "import orchestration.definitions as d, sys; print('dagster_dbt' in sys.modules, d.defs is not None)"
    seen = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(PROJECT), "MTM_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.split() == ["False", "True"]
    assert list(tmp_path.iterdir()) == []


def test_the_workspace_names_them() -> None:
    (target,) = yaml.safe_load((PROJECT / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    assert target["python_module"]["module_name"] == "orchestration.definitions"
    assert target["python_module"]["attribute"] == "defs"
