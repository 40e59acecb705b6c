"""The factory of all definitions, and the one object that Dagster's commands load.

Putting things together belongs here, nothing else. Importing this module does nothing: the definitions are made when
Dagster asks for them. Concept: https://docs.dagster.io/api/dagster/definitions
"""

import warnings
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.resources import WarehouseHome

if TYPE_CHECKING:
    from warehouse.trace.columns import Known


def build_definitions(*, columns: "Known | None" = None, **overrides: Any) -> dg.Definitions:
    """Fresh definitions. `columns` of dbt's tables are shown where they are given: a run needs none.

    `overrides` replace resources by name: `build_definitions(warehouse=WarehouseHome(path=…))`.
    """
    from orchestration.assets import build, gate, models, normalize, publish, receive, server
    from orchestration.backup import backup_schedules, nightly_backup
    from orchestration.checks import normalized_gate, served_as_delivered
    from orchestration.dbt import read_manifest
    from orchestration.freshness import build_check, build_sensor
    from orchestration.jobs import check_round, publish_round
    from orchestration.pull import pull_source
    from orchestration.schedules import operation_schedules
    from orchestration.sensors import alert_sensors, inbox, source_sensors
    from orchestration.sensors.standing_rounds import standing_rounds
    from orchestration.several import ONE_RUN

    # Dagster warns of its own use of a parameter wherever a sensor starts more than one job.
    warnings.filterwarnings("ignore", "Parameter `owners` of initializer `SensorDefinition", dg.BetaWarning)
    resources = {"warehouse": WarehouseHome(), **overrides}
    dbt_models = models.build_models(read_manifest(resources["warehouse"].home), columns)
    marts = sorted(key for key in dbt_models.keys if key.path[-1].startswith(("mart_", "dim_")))
    line = [
        receive.delivery,
        normalize.canonical_round,
        build.candidate,
        dbt_models,
        gate.build_verdict(marts),
        publish.release,
        server.server_release,
    ]
    return dg.Definitions(
        assets=[asset.with_attributes(backfill_policy=ONE_RUN) for asset in line],
        asset_checks=[normalized_gate, served_as_delivered, build_check()],
        jobs=[publish_round, check_round, pull_source, nightly_backup],
        sensors=[
            inbox,
            standing_rounds,
            *source_sensors(),
            build_sensor(),
            *alert_sensors(resources["warehouse"].home),
        ],
        schedules=[*operation_schedules(), *backup_schedules()],
        resources=resources,
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` and `[tool.dg.project]` load."""
    from warehouse.at_rest import collector_at_rest
    from warehouse.trace.columns import known_columns

    warehouse = WarehouseHome()
    with collector_at_rest():
        return build_definitions(columns=known_columns(warehouse.home), warehouse=warehouse)
