"""Dagster's own commands load the project: `dg check defs`, `dagster definitions validate`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.settings import PROJECT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "words", [("dg", "check", "defs"), ("dagster", "definitions", "validate", "-w", "workspace.yaml")], ids=" ".join
)
def test_they_pass(words: tuple[str, ...], tmp_path: Path) -> None:
    program, *rest = words
    home = tmp_path / "dagster"
    home.mkdir()
    environment = {
        **os.environ,
        "MTM_HOME": str(tmp_path / "home"),
        "DAGSTER_HOME": str(home),
        "PYTHONPATH": str(PROJECT),
    }
    command = [str(Path(sys.executable).with_name(program)), *rest]
    seen = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300)
    assert seen.returncode == 0, seen.stdout + seen.stderr
