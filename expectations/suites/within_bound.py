"""The project's own expectation: the number that a check measured lies within its bound.

Only the expectation and its metric belong here. They are made when a suite is first made: Great Expectations costs seconds.
All numbers of a layer are one metric of the batch: with an expectation per column each check would cost ten times as much.
A number that is not there, or is none, raises: that is an error of the gate, never a pass.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from expectations.gx import great_expectations

METRIC = "table.measured_numbers"


@cache
def within_bound() -> type[Any]:
    """The expectation, with its metric registered."""
    great_expectations()
    from great_expectations.compatibility.pydantic import PrivateAttr
    from great_expectations.expectations.expectation import BatchExpectation

    _register_metric()

    class ExpectMeasureWithinBound(BatchExpectation):
        """Expect the measured number of a check to lie within its bound; one end may be open."""

        column: str
        min_value: float | None = None
        max_value: float | None = None

        metric_dependencies = (METRIC,)
        domain_keys = ("batch_id", "table")
        success_keys = ("column", "min_value", "max_value")
        args_keys = ("column", "min_value", "max_value")

        _made: Any = PrivateAttr(None)

        @property
        def configuration(self) -> Any:
            """Made anew where a field changed only: it is asked thirty times for each check, half of what a suite costs."""
            if self._made is None or self._made[0] != self.__dict__:
                self._made = (dict(self.__dict__), super().configuration)
            return self._made[1]

        def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
            observed = metrics[METRIC][self.column]
            holds = _holds(observed, self.min_value, self.max_value)
            return {"success": holds, "result": {"observed_value": observed}}

    return ExpectMeasureWithinBound


def _holds(observed: float, low: float | None, high: float | None) -> bool:
    if not math.isfinite(observed) or (low is None and high is None):
        raise ValueError("nothing was measured, or nothing is asked of it")
    return (low is None or observed >= low) and (high is None or observed <= high)


def _register_metric() -> None:
    from great_expectations.execution_engine import PandasExecutionEngine
    from great_expectations.expectations.metrics.metric_provider import metric_value
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

    class MeasuredNumbers(TableMetricProvider):
        """Every number of the one row of measures, by the check's code."""

        metric_name = METRIC

        @metric_value(engine=PandasExecutionEngine)
        def _pandas(cls, execution_engine: Any, metric_domain_kwargs: Any, **_: Any) -> dict[str, float]:
            frame, _domain, _accessor = execution_engine.get_compute_domain(metric_domain_kwargs, domain_type="table")
            (row,) = frame.to_dict("records")
            return {str(code): float(number) for code, number in row.items()}
