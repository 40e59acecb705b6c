"""dbt's results become Dagster's events: pure translation, tested exactly."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest

from orchestration.dbt import Names, events, kind, names_by_unique_id, not_built

STG, MART, SEED, TEST = "model.mtm.stg", "model.mtm.mart", "seed.mtm.codes", "test.mtm.unique_mart.1"
CHECK = dg.AssetCheckKey(dg.AssetKey("mart"), "unique_mart")
NAMES: Names = {SEED: dg.AssetKey("codes"), STG: dg.AssetKey("stg"), MART: dg.AssetKey("mart"), TEST: CHECK}


def node(unique_id: str, status: str, **more: Any) -> dict[str, Any]:
    return {
        "unique_id": unique_id,
        "status": status,
        "message": "",
        "rows": None,
        "seconds": 0.25,
        "failures": None,
        **more,
    }


def spec(name: str, unique_id: str, *deps: str) -> dg.AssetSpec:
    return dg.AssetSpec(name, deps=deps, metadata={"dagster_dbt/unique_id": unique_id})


def test_names_come_in_the_order_in_which_models_stand_on_each_other() -> None:
    check = dg.AssetCheckSpec("unique_mart", asset="mart", metadata={"dagster_dbt/unique_id": TEST})
    names = names_by_unique_id(
        [spec("mart", MART, "stg", "codes"), spec("stg", STG, "candidate"), spec("codes", SEED)], [check]
    )
    assert list(names)[-2:] == [MART, TEST]
    assert names[TEST] == CHECK


def test_models_that_were_built_are_materialized_with_their_rows() -> None:
    found = list(events([node(MART, "success", rows=12), node(STG, "success", rows=-1)], NAMES))
    assert [(e.asset_key, e.metadata) for e in found if isinstance(e, dg.MaterializeResult)] == [
        (dg.AssetKey("stg"), {"seconds": 0.25}),
        (dg.AssetKey("mart"), {"seconds": 0.25, "dagster/row_count": 12}),
    ]


def test_what_dbt_leaves_alone_in_a_copy_stands() -> None:
    found = list(events([node(MART, "success")], NAMES, copy_of="r000007"))
    assert [e.asset_key for e in found] == [dg.AssetKey(n) for n in ("codes", "stg", "mart")]
    assert found[0].metadata == {"stands as in release": "r000007"}


@pytest.mark.parametrize(
    ("status", "passed", "severity"),
    [
        ("pass", True, dg.AssetCheckSeverity.WARN),
        ("warn", False, dg.AssetCheckSeverity.WARN),
        ("fail", False, dg.AssetCheckSeverity.ERROR),
        ("error", False, dg.AssetCheckSeverity.ERROR),
        ("skipped", False, dg.AssetCheckSeverity.WARN),
    ],
)
def test_tests_are_checks_with_their_severity(status: str, passed: bool, severity: dg.AssetCheckSeverity) -> None:
    (check,) = events([node(TEST, status, failures=0 if passed else 3)], NAMES)
    assert isinstance(check, dg.AssetCheckResult)
    assert (check.asset_key, check.check_name, check.passed, check.severity) == (
        CHECK.asset_key,
        CHECK.name,
        passed,
        severity,
    )


def test_nodes_without_a_name_are_left_out() -> None:
    assert (
        list(events([node("unit_test.mtm.mart.halves", "pass"), node("model.mtm.ephemeral", "success")], NAMES)) == []
    )


def test_models_that_failed_or_were_skipped_are_missing() -> None:
    nodes = [node(SEED, "success"), node(STG, "error"), node(MART, "skipped")]
    assert not_built(nodes, NAMES, is_copy=False) == ["mart", "stg"]
    assert not_built(nodes, NAMES, is_copy=True) == ["mart", "stg"]


def test_models_that_dbt_did_not_name_are_missing_but_in_a_copy() -> None:
    assert not_built([node(MART, "success")], NAMES, is_copy=False) == ["codes", "stg"]
    assert not_built([node(MART, "success")], NAMES, is_copy=True) == []


def test_an_error_of_dbt_is_told_without_the_cells_it_quotes() -> None:
    message = (
        "Runtime Error in model m (models/m.sql)\n  Conversion Error: Could not convert string '+999 700' to INT32"
    )
    assert kind(message) == "Runtime Error, Conversion Error"
    assert kind(None) == kind("no such table") == ""
