"""What the definitions take of dagster-dbt comes without dbt, and the rest of the package for whoever asks for it."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration import dagster_dbt_parts as parts

HEAVY = ("dbt.version", "dbt.adapters", "dbt.cli", "sqlglot", "dagster_dbt.cloud", "dagster_dbt.core")


def test_the_models_as_assets_need_no_dbt() -> None:
    code = f"import sys, orchestration.dbt; print([name for name in {HEAVY!r} if name in sys.modules])"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"


def test_a_package_is_run_when_something_else_of_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "toy_whole"
    folder.mkdir()
    (folder / "__init__.py").write_text("from toy_whole.part import small\nlarge = 'large'\n")
    (folder / "part.py").write_text("small = 'small'\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(parts, "PACKAGE", "toy_whole")
    monkeypatch.delitem(sys.modules, "toy_whole", raising=False)
    parts._put_package()
    part = importlib.import_module("toy_whole.part")
    package = sys.modules["toy_whole"]
    assert part.small == "small"
    assert "large" not in vars(package)
    assert not hasattr(package, "__wrapped__")
    assert "large" not in vars(package)
    assert package.large == "large"
    with pytest.raises(AttributeError):
        _ = package.neither


def test_dbt_is_found_again_afterwards() -> None:
    with parts._without_dbt():
        pass
    assert importlib.import_module("dbt.version").__version__
