"""Dagster's own folder: private, with our settings, and an operator's own left as they are."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import yaml

from orchestration.dev import command, environment
from orchestration.instance import OURS, open_instance, prepare
from orchestration.storage import EventLog
from warehouse.settings import Home


def test_settings_are_written_into_a_private_folder(home: Home) -> None:
    folder = prepare(home)
    settings = yaml.safe_load((folder / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings["telemetry"] == {"enabled": False}
    assert settings["concurrency"]["pools"] == {"granularity": "run", "default_limit": 1}
    assert settings["event_log_storage"]["config"]["base_dir"] == str(folder / "events")
    assert folder.stat().st_mode & 0o077 == 0


def test_settings_follow_a_home_that_was_moved(home: Home, tmp_path: Path) -> None:
    prepare(home)
    moved = Home(home.root.rename(tmp_path / "moved там"))
    assert (
        str(moved.dagster / "events")
        in yaml.safe_load((prepare(moved) / "dagster.yaml").read_text())["event_log_storage"]["config"]["base_dir"]
    )


def test_settings_of_an_operator_are_kept(home: Home) -> None:
    own = home.dagster / "dagster.yaml"
    own.write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    prepare(home)
    assert not own.read_text(encoding="utf-8").startswith(OURS)


def test_the_instance_keeps_runs_events_and_partitions(home: Home) -> None:
    with open_instance(home) as instance:
        assert isinstance(instance.event_log_storage, EventLog)
        instance.add_dynamic_partitions("rounds", ["kgz-bma-r03"])
        result = dg.materialize([dg.AssetSpec("outside"), _asset()], instance=instance)
        assert result.success
    with open_instance(home) as again:
        assert again.get_dynamic_partitions("rounds") == ["kgz-bma-r03"]
        assert again.get_latest_materialization_event(dg.AssetKey("inside")) is not None
        assert [run.run_id for run in again.get_runs()] == [result.run_id]


def _asset() -> dg.AssetsDefinition:
    @dg.asset
    def inside() -> dg.MaterializeResult:
        return dg.MaterializeResult()

    return inside


def test_the_ui_listens_on_this_machine_only(home: Home) -> None:
    words = command(3456)
    assert words[words.index("-h") + 1] == "127.0.0.1" and words[words.index("-p") + 1] == "3456"
    given = environment(home)
    assert (given["MTM_HOME"], given["DAGSTER_HOME"]) == (str(home.root), str(home.dagster))


def test_a_partition_that_was_found_is_believed_until_it_is_taken_away(home: Home) -> None:
    with open_instance(home) as instance:
        assert not instance.has_dynamic_partition("rounds", "kgz-bma-r03")  # a no is asked again
        instance.add_dynamic_partitions("rounds", ["kgz-bma-r03"])
        assert instance.has_dynamic_partition("rounds", "kgz-bma-r03")
        assert instance.has_dynamic_partition("rounds", "kgz-bma-r03")
        instance.delete_dynamic_partition("rounds", "kgz-bma-r03")
        assert not instance.has_dynamic_partition("rounds", "kgz-bma-r03")
