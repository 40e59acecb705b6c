"""dbt on Spark in this process: the project parsed for its target, and run in the session that is open.

Calling dbt and telling its results belong here; what DuckDB does is in `warehouse/releases/models.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warehouse.engine.lake import Lake
from warehouse.releases import models
from warehouse.settings import DBT_PROJECT, Home


def run_dbt(home: Home, lake: Lake, manifest: Any) -> list[dict[str, Any]]:
    """Build and test everything in the open session; one dict per node. A project that does not run is an MtmError."""
    with _environment(home, lake.root), models.quiet():
        result = _invoke(["build", "--no-write-json"], manifest)
    return [models.node_result(r) for r in models.results_of(result)]


def parsed(home: Home) -> Any:
    """The project as it is on Spark, parsed once for each state of its files."""
    from dbt.contracts.graph.manifest import Manifest

    path = _target(home) / "partial_parse.msgpack"
    if not path.exists():
        with _environment(home, home.build), models.quiet():
            result = _invoke(["parse"])
        if not path.exists():
            raise models.did_not_run(result.exception)
    manifest = Manifest.from_msgpack(path.read_bytes())
    manifest.build_flat_graph()
    return manifest


def built_models(manifest: Any) -> dict[str, tuple[str, str, str]]:
    """Unique id → schema, table and materialization of every model."""
    return {
        uid: (node.schema, node.alias, node.config.materialized)
        for uid, node in manifest.nodes.items()
        if node.resource_type == "model"
    }


def incremental_tables(manifest: Any) -> list[tuple[str, str]]:
    """Schema and name of all tables that are kept round by round."""
    return sorted((s, t) for s, t, materialized in built_models(manifest).values() if materialized == "incremental")


def _target(home: Home) -> Path:
    return models.target_path(home) / "spark"


@contextmanager
def _environment(home: Home, folder: Path) -> Iterator[None]:
    values = {"DBT_TARGET_PATH": str(_target(home)), "MTM_SPARK_FOLDER": str(folder)}
    with models.dbt_environment(home, folder / "none.duckdb"), models.environment(values):
        yield


def _invoke(command: list[str], manifest: Any = None) -> Any:
    from dbt.cli.main import dbtRunner

    folder = str(DBT_PROJECT)
    arguments = [*command, "--target", "spark", "--project-dir", folder, "--profiles-dir", folder, *models.LEAN]
    return dbtRunner(manifest=manifest).invoke(arguments)
