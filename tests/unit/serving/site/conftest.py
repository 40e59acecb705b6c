"""Small releases made once; the site that is built from them once, for all that only read it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.toy import write_toy
from tests.unit.releases import made
from tests.unit.serving.site import small
from warehouse.serving.site import dbt_docs, files
from warehouse.serving.site.build import build
from warehouse.settings import Home

BASE_URL = "https://data.example.org/mtm"


@pytest.fixture(scope="package")  # what is patched ends with these tests
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_OPERATIONS", str(write_toy(folder).parent))
        patch.setenv("MTM_HANDOUTS", "off")
        patch.setattr(made, "build_database", small.build_database)
        patch.setattr(dbt_docs, "parsed", lambda home: small.MANIFEST)
        patch.setattr(files, "_writer", lambda module, function: None)  # small releases lack marts that reports ask
        yield small.three_releases(folder / "home")


@pytest.fixture(scope="package")
def site(made_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of three releases, with an address."""
    return build(made_home, tmp_path_factory.mktemp("built") / "site", base_url=BASE_URL).folder


@pytest.fixture
def own_home(made_home: Home, tmp_path: Path) -> Callable[[], Home]:
    """A copy of the home, to be changed."""

    def copied() -> Home:
        shutil.copytree(made_home.root, tmp_path / "home", symlinks=True)
        return Home(tmp_path / "home")

    return copied
