"""Running one suite of Great Expectations over one table of measures: one batch, no result stored anywhere.

The way around Great Expectations belongs here (ephemeral context, no analytics, no progress bars, BOOLEAN_ONLY).
Whatever is not certain is an error of the gate, never a pass.
"""

from __future__ import annotations

import logging
import math
from functools import cache
from typing import Any
from uuid import uuid4

from expectations.checks import Bound
from expectations.gx import great_expectations
from warehouse.errors import MtmError


class GateBroken(MtmError):
    """The gate itself could not do its work: the round is refused, whatever the data say."""


def run_suite(suite: Any, bounds: list[Bound], values: dict[str, float]) -> dict[str, bool]:
    """Check code → passed, for every bound. Raises GateBroken where one was not evaluated."""
    _refuse_holes(bounds, values)
    results = _validate(suite, values)
    passed: dict[str, bool] = {}
    for result in results:
        code = str(result.expectation_config.meta["code"])
        if _raised(result.exception_info):
            raise GateBroken(f"Great Expectations could not evaluate {code}", code="expectation_raised")
        passed[code] = result.success is True
    missing = sorted({bound.check.code for bound in bounds} - set(passed))
    if missing or len(results) != len(bounds):
        raise GateBroken(f"checks were not evaluated: {', '.join(missing) or 'results repeat'}", code="checks_missing")
    return passed


def _refuse_holes(bounds: list[Bound], values: dict[str, float]) -> None:
    if not bounds:
        raise GateBroken("the suite has no checks", expected="at least one check per layer", code="no_checks")
    # a null passes "between" in Great Expectations: it must not get there
    holes = sorted(b.check.code for b in bounds if not math.isfinite(values.get(b.check.code, math.nan)))
    if holes:
        raise GateBroken(f"nothing was measured for {', '.join(holes)}", code="not_measured")


def _validate(suite: Any, values: dict[str, float]) -> list[Any]:
    import pandas as pd  # type: ignore[import-untyped]

    frame = pd.DataFrame([values])
    source = _context().data_sources.add_pandas(f"measures-{uuid4().hex}")
    try:
        definition = source.add_dataframe_asset("round").add_batch_definition_whole_dataframe("whole")
        batch = definition.get_batch(batch_parameters={"dataframe": frame})
        return list(batch.validate(suite, result_format="BOOLEAN_ONLY").results)
    finally:
        _context().data_sources.delete(source.name)


def _raised(info: dict[str, Any]) -> bool:
    """Whether an exception was raised; Great Expectations nests the answer by metric where one was."""
    flat = "raised_exception" in info
    return bool(info["raised_exception"]) if flat else any(_raised(inner) for inner in info.values())


@cache
def _context() -> Any:
    """The ephemeral context, once per process: importing costs seconds."""
    gx = great_expectations()
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    # without this it makes a folder for documentation outside the project's state
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    config = DataContextConfig(
        store_backend_defaults=stores, progress_bars=ProgressBarsConfig(globally=False), analytics_enabled=False
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def data_docs(name: str, results: list[dict[str, Any]]) -> str:
    """A page of Great Expectations on results that were given before: success, heading, expected, observed, code of each.

    It sees our own words only, as BOOLEAN_ONLY results know no values; texts must be escaped already.
    """
    _context()
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    shown = [
        ExpectationValidationResult(
            success=r["success"],
            expectation_config=ExpectationConfiguration(
                type="expect_column_values_to_be_between",
                kwargs={"column": r["heading"], "max_value": 0},
                meta={"code": r["code"]},
                description=r["expected"],
            ),
            result={"observed_value": r["observed"]},
            meta={},
            exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
        )
        for r in results
    ]
    held = sum(r["success"] for r in results)
    suite = ExpectationSuiteValidationResult(
        success=held == len(results),
        results=shown,
        suite_name=name,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": held,
            "unsuccessful_expectations": len(results) - held,
            "success_percent": 100 * held / max(len(results), 1),
        },
        meta={
            "run_id": RunIdentifier(run_name=name, run_time="2000-01-01T00:00:00+00:00"),
            "great_expectations_version": "",
        },
    )
    document = ValidationResultsPageRenderer(run_info_at_end=True).render(suite)
    document.sections.pop()  # when and by which version it ran: equal verdicts have equal pages
    return str(_view().render(document))


@cache
def _view() -> Any:
    """The view with its templates, once per process: it would compile them for every page."""
    from great_expectations.render.view import DefaultJinjaPageView

    return DefaultJinjaPageView()
