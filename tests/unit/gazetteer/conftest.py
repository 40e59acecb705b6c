"""Fixtures about places: the kgz operation, the reference lists beside the project, a resolver on either."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SHARED
from warehouse.codebooks.model import Places
from warehouse.gazetteer.imports.run import import_places
from warehouse.gazetteer.resolve import Resolver
from warehouse.gazetteer.store import gazetteer_rows, of_vintage
from warehouse.operations import Operation, load_operation
from warehouse.settings import Home

LEVELS = [
    {"level": 1, "code_field": "c1", "name_field": "n1"},
    {"level": 2, "code_field": "c2", "name_field": "n2", "required": False},
    {"level": 3, "code_field": "c3", "name_field": "n3", "required": False},
    {"level": 4, "code_field": "c4", "name_field": "n4", "required": False},
]
PLACES = Places.model_validate({"scheme": "gazetteer", "levels": LEVELS})


@pytest.fixture(scope="session")
def kgz() -> Operation:
    return load_operation("kgz")


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference lists; the test is skipped where it is not at hand."""
    folder = SHARED / "reference"
    if not folder.is_dir():
        pytest.skip("reference lists are not at hand: set MTM_SHARED to the folder that holds data/reference")
    return folder


@pytest.fixture(scope="session")
def cod(kgz: Operation) -> Resolver:
    """Levels 1 and 2, as the project's own files have them."""
    return Resolver(kgz, PLACES, of_vintage(kgz.gazetteer, "cod-2018", "test"))


@pytest.fixture(scope="session")
def soate(kgz: Operation, reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Resolver:
    """The same with the aiyl aimaks and villages of the SOATE list of 2021."""
    home = Home(tmp_path_factory.mktemp("home")).ensure()
    import_places(reference / "kgz_soate_2021.csv", kgz, home, None, "cod-2018")
    return Resolver(kgz, PLACES, of_vintage(gazetteer_rows(kgz, home), "cod-2018", "test"))


__all__ = ["LEVELS", "PLACES"]
