"""The factory of all definitions, and the one object that Dagster's commands load.

Putting things together belongs here, nothing else. Importing this module does nothing: the definitions are made when
Dagster asks for them. Concept: https://docs.dagster.io/api/dagster/definitions
"""

import warnings
from typing import Any

import dagster as dg

from orchestration.resources import WarehouseHome


def build_definitions(**overrides: Any) -> dg.Definitions:
    """Fresh definitions. `overrides` replace resources by name: `build_definitions(warehouse=WarehouseHome(path=…))`."""
    from orchestration.assets import build, gate, models, normalize, publish, receive, server
    from orchestration.checks import normalized_gate
    from orchestration.dbt import read_manifest
    from orchestration.jobs import check_round, publish_round
    from orchestration.pull import pull_source
    from orchestration.schedules import daily
    from orchestration.sensors import alert_sensors, inbox, source_sensors

    # Dagster warns of its own use of a parameter wherever a sensor starts more than one job.
    warnings.filterwarnings("ignore", "Parameter `owners` of initializer `SensorDefinition", dg.BetaWarning)
    resources = {"warehouse": WarehouseHome(), **overrides}
    dbt_models = models.build_models(read_manifest(resources["warehouse"].home))
    marts = sorted(key for key in dbt_models.keys if key.path[-1].startswith(("mart_", "dim_")))
    return dg.Definitions(
        assets=[
            receive.delivery,
            normalize.canonical_round,
            build.candidate,
            dbt_models,
            gate.build_verdict(marts),
            publish.release,
            server.server_release,
        ],
        asset_checks=[normalized_gate],
        jobs=[publish_round, check_round, pull_source],
        sensors=[inbox, *source_sensors(), *alert_sensors(resources["warehouse"].home)],
        schedules=[daily],
        resources=resources,
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` and `[tool.dg.project]` load."""
    return build_definitions()
