"""Fixtures for the orchestration: dbt's project parsed once, definitions on it, a delivery of the toy operation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from orchestration.definitions import build_definitions
from orchestration.resources import WarehouseHome
from warehouse.settings import Home

HEADER = ["_uuid", "Round", "Region", "Region code", "District", "Displaced people", "Displaced households"]


@pytest.fixture(scope="session")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """All definitions, on an empty home."""
    return build_definitions(warehouse=WarehouseHome(path=str(tmp_path_factory.mktemp("home"))))


@pytest.fixture
def instance() -> dg.DagsterInstance:
    """Dagster's storage in memory."""
    return dg.DagsterInstance.ephemeral()


@pytest.fixture
def warehouse(home: Home) -> WarehouseHome:
    return WarehouseHome(path=str(home.root))


@pytest.fixture
def deliver(toy: Path, workbook: Callable[..., Path], home: Home) -> Callable[..., Path]:
    """Puts a toy round into the inbox: `deliver("toy round1.xlsx", people=120)`."""

    def put(name: str, people: int = 120, folder: Path | None = None) -> Path:
        rows = [["u1", 1, "North", "TOY01", "Hill", people, 30], ["u2", 1, "South", "TOY02", "Vale", 70, 20]]
        return workbook(name, [HEADER, *rows]).rename((folder or home.inbox) / name)

    return put
