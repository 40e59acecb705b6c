"""Fixtures of the two engines: rounds that both build. Spark is not asked for where it is not installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from engine_rounds import Rounds

from warehouse.settings import Home


@pytest.fixture(scope="session")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Rounds:
    """Two rounds of key informants and two of the survey, normalized."""
    found = Rounds(Home(tmp_path_factory.mktemp("engines") / "home").ensure())
    for component, number in (("bma", 1), ("rms", 1), ("bma", 2), ("rms", 2)):
        found.take(component, number)
    return found


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where candidates lie."""
    return tmp_path_factory.mktemp("candidates")


@pytest.fixture(scope="session")
def spark_is_installed() -> None:
    """Skips where the extra is not installed."""
    for module in ("pyspark", "pysail", "dbt.adapters.spark"):
        try:
            found = find_spec(module)
        except ModuleNotFoundError:
            found = None
        if found is None:
            pytest.skip(f"{module} is not installed: the extra mtm-warehouse[spark]")
