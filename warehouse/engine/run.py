"""Running the models of a candidate on the engine that the settings name: the one door for all who build.

The order of the steps on Spark belongs here; whatever the engine, the candidate's build database ends up the same.
"""

from __future__ import annotations

import duckdb

from warehouse.engine.settings import engine_name, spark_settings
from warehouse.releases import models
from warehouse.releases.candidate import Candidate
from warehouse.releases.models import DbtOutcome


def run_models(candidate: Candidate, engine: str | None = None) -> DbtOutcome:
    """Build all models of the candidate and test them, by `engine` or what `MTM_ENGINE` says.

    Raises MtmError where the engine can't be used or the project is broken. Failed models and tests are results.
    """
    candidate.engine = engine or engine_name()
    return models.run_dbt(candidate) if candidate.engine == "duckdb" else _on_spark(candidate)


def _on_spark(candidate: Candidate) -> DbtOutcome:
    from warehouse.engine.adapter import adapted
    from warehouse.engine.bring_back import bring_back
    from warehouse.engine.dbt_on_spark import incremental_tables, parsed, run_dbt
    from warehouse.engine.lake import Lake, cleared, lay_candidate, limits, register
    from warehouse.engine.ready import must_be_ready
    from warehouse.engine.session import opened
    from warehouse.engine.shape import shape

    must_be_ready()
    candidate.opened.close()
    if not candidate.is_copy:
        shape(candidate)
    lake = Lake(candidate.folder / "spark")
    manifest = parsed(candidate.home)
    with duckdb.connect(str(candidate.database), read_only=True, config=limits(candidate.folder / "spill")) as con:
        lay_candidate(lake, con, candidate, incremental_tables(manifest) if candidate.is_copy else [])
    with opened(spark_settings(), candidate.folder / "spill") as spark, cleared(lake, spark), adapted(spark, lake):
        register(lake, spark)
        nodes = run_dbt(candidate.home, lake, manifest)
    candidate.dbt = bring_back(lake, candidate.database, nodes, manifest)
    return DbtOutcome(candidate.dbt)
