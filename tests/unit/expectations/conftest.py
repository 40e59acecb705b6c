"""Fixtures of the gate's tests: an operation of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from expectations import layer
from expectations.checks import bounds
from tests.unit.expectations import samples
from warehouse.operations import Operation


@pytest.fixture
def operation(tmp_path: Path) -> Operation:
    return samples.operation(tmp_path / "operations")


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Judge one check only (and one more, so that no layer is empty): a suite costs 10 ms a check."""

    def narrow(code: str) -> None:
        def narrowed(*given: Any) -> Any:
            return [bound for bound in bounds(*given) if bound.check.code in (code, "rows_present", "dbt_ran")]

        monkeypatch.setattr(layer, "bounds", narrowed)

    return narrow
