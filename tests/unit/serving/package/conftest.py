"""One small release with every mart, and its package, made once; tests that harm it take a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.serving.package.release import make_release
from warehouse.serving.package import write_package
from warehouse.serving.source import ReleaseSource


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> ReleaseSource:
    return make_release(tmp_path_factory.mktemp("release") / "r000042")


@pytest.fixture(scope="session")
def package(release: ReleaseSource, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(release, tmp_path_factory.mktemp("made"))


@pytest.fixture
def copied(package: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(package, tmp_path / "package"))
