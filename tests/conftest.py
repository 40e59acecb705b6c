"""Fixtures that several rooms share: a home in a temporary folder, a toy operation, real deliveries beside the project."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.toy import write_rows, write_toy
from warehouse.settings import PROJECT, Home

SHARED = Path(os.environ.get("MTM_SHARED") or PROJECT.parent / "shared") / "data"


ON_DEMO = tuple(  # its making takes a minute or two
    f"tests/acceptance/test_{name}.py" for name in ("demo", "questions", "demo_clients", "report", "trace", "floor")
)
ON_SERVER = "tests/integration/postgres/"  # one PostgreSQL server for all
# The first file of faults prepares a home that the others copy: begun apart from them, nobody waits for it.
LONG = (
    *ON_DEMO,
    "tests/acceptance",
    "tests/faults/test_kills.py",
    "tests/integration/dbt",
    "tests/integration",
    "tests/faults",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is begun first, so that no worker is left with it at the end."""
    items.sort(key=lambda item: next((i for i, place in enumerate(LONG) if item.nodeid.startswith(place)), len(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A worker takes a file whole, as with `--dist loadfile`, and the files on the demo together: it is made once."""
    from xdist.scheduler import LoadFileScheduling

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return "the demo" if file in ON_DEMO else "the server" if file.startswith(ON_SERVER) else file

    config.option.loadscopereorder = False
    return Files(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def parsed_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """dbt's project is parsed once for all homes of a test run."""
    os.environ["MTM_DBT_TARGET"] = str(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session", autouse=True)
def no_handouts() -> None:
    """Releases of tests have no reports and no package; tests of these switch them on."""
    os.environ["MTM_HANDOUTS"] = "off"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").ensure()


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operation made of YAML only, in a temporary folder."""
    folder = write_toy(tmp_path)
    monkeypatch.setenv("MTM_OPERATIONS", str(folder.parent))
    return folder


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows into a workbook: `workbook("round1.xlsx", rows, sheet="data")`."""

    def write(name: str, rows: list[list[object]], sheet: str = "data", **more: list[list[object]]) -> Path:
        return write_rows(tmp_path / name, rows, sheet, **more)

    return write


@pytest.fixture(scope="session")
def deliveries() -> Iterator[Path]:
    """The folder of real deliveries; the test is skipped where it is not at hand."""
    folder = SHARED / "deliveries"
    if not folder.is_dir():
        pytest.skip("real deliveries are not at hand: set MTM_SHARED to the folder that holds data/deliveries")
    yield folder
