"""dbt's adapter for Spark told to use our session, and to run Python models in this process.

What the adapter must be told belongs here, for the time of one run; the SQL that it gets is in `dbt_project/macros`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from warehouse.engine.lake import Lake
from warehouse.engine.python_models import run_python_model


@contextmanager
def adapted(spark: Any, lake: Lake) -> Iterator[None]:
    """While this is open, dbt-spark's session method runs on `spark`, and Python models in this process."""
    from dbt.adapters.spark import session as method
    from dbt.adapters.spark.impl import SparkAdapter

    class Here:
        """What dbt calls to run a Python model."""

        def __init__(self, parsed_model: dict[str, Any], credentials: Any) -> None:
            self.schema, self.table = parsed_model["schema"], parsed_model["alias"]

        def submit(self, compiled_code: str) -> None:
            run_python_model(lake, spark, self.schema, self.table, compiled_code)

    with (
        mock.patch.object(method, "SparkSession", _Held(spark)),
        mock.patch.object(SparkAdapter, "python_submission_helpers", {"here": Here}),
        mock.patch.object(SparkAdapter, "default_python_submission_method", "here"),
    ):
        yield


class _Held:
    """Stands for `SparkSession` where dbt-spark builds one for every statement: it gets the one that is open."""

    def __init__(self, spark: Any) -> None:
        self._spark = spark

    @property
    def builder(self) -> _Held:
        return self

    def enableHiveSupport(self) -> _Held:
        return self

    def config(self, *_: Any) -> _Held:
        return self

    def getOrCreate(self) -> Any:
        return self._spark
