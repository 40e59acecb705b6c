"""The check on the engine of the models: whether Spark can be used, where the settings ask for it.

What Spark needs is known in `warehouse/engine`; only telling it belongs here.
"""

from __future__ import annotations

from warehouse.doctor.model import Asked, Found, ok
from warehouse.engine.ready import must_be_ready
from warehouse.engine.settings import engine_name, spark_settings


def models(asked: Asked) -> Found | None:
    """Spark's packages, Java and server are there. Left out where DuckDB runs the models."""
    if engine_name() == "duckdb":
        return None
    must_be_ready(ask_servers=not asked.offline)
    settings = spark_settings()
    return ok(f"Spark, {settings.shown}, {settings.memory} of memory")
