"""The client of `tests/faults/warm.py`: a process that has loaded all and starts each `mtm` as a fork of itself.

Starting it, asking it and ending it belong here; what is asked is the matter of who uses it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from warehouse.settings import PROJECT


class WarmProcess:
    """One such process with a home; it is started when it is first asked. What goes wrong in it stands in `errors`."""

    def __init__(self, home: Path, errors: Path, environment: Mapping[str, str]) -> None:
        """Nothing is loaded yet."""
        self.home, self.errors, self.environment = home, errors, environment
        self._server: subprocess.Popen[str] | None = None

    def ask(self, what: dict[str, Any]) -> Any:
        """Send it one line and read its answer."""
        server = self._loaded()
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(json.dumps(what) + "\n")
        server.stdin.flush()
        answer = server.stdout.readline()
        assert answer, f"the warm process ended: {self._said()}"
        return json.loads(answer)

    def end(self) -> None:
        """Stop it."""
        if self._server is not None:
            self._server.kill()
            self._server.communicate()
            self._server = None

    def _loaded(self) -> subprocess.Popen[str]:
        if self._server is None:
            with self.errors.open("w") as errors:
                self._server = subprocess.Popen(
                    [sys.executable, "-m", "tests.faults.warm", str(self.home)], cwd=PROJECT, env=self.environment,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
                )  # fmt: skip
            assert self._server.stdout is not None
            threads = self._server.stdout.readline().strip()
            assert threads == "[]", f"threads before the fork: {threads} {self._said()}"
        return self._server

    def _said(self) -> str:
        return self.errors.read_text()[-2000:]
