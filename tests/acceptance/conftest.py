"""The installed command line, run as a person would run it: a process with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from warehouse.settings import PROJECT


@dataclass
class CommandLine:
    """`mtm` with one home."""

    home: Path

    def __call__(self, *arguments: str | Path, code: int = 0, timeout: int = 900) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "MTM_HOME": str(self.home),
            "PATH": f"{PROJECT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
        }
        done = subprocess.run(
            ["mtm", *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=self.home.parent,
        )
        assert done.returncode == code, (
            f"mtm {' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        )
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code).stdout)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.json("query", sql)
        return answer


@pytest.fixture
def mtm(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


@pytest.fixture(scope="session")
def published_real(tmp_path_factory: pytest.TempPathFactory, deliveries: Path) -> CommandLine:
    """Real spreadsheets of Nigeria (rounds 13 on) and Mali, received and run in one go."""
    line = CommandLine(tmp_path_factory.mktemp("real") / "home")
    files = [
        *sorted((deliveries / "nga").glob("round[12][3-9].xlsx")),
        *sorted((deliveries / "nga").glob("round2[0-2].xlsx")),
    ]
    files += sorted((deliveries / "mli").glob("*.xlsx"))
    line("receive", *files)
    line("run")
    return line


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The synthetic Kyrgyz rounds, taken all the way by `mtm demo`."""
    line = CommandLine(tmp_path_factory.mktemp("demo") / "home")
    line("demo")
    return line
