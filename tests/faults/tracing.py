"""A tracer on the publishing step: which system calls it makes, and one of them failing or killing it.

Running strace and reading its log belong here; what must hold afterwards does not.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.lab import Lab, patiently

# Families by what they do: each name that the C library may use for the same deed.
CALLS = (
    "fsync", "fdatasync", "rename", "renameat", "renameat2", "symlink", "symlinkat", "mkdir", "mkdirat", "write", "pwrite64",
    "writev", "pwritev", "ftruncate", "fallocate", "unlink", "unlinkat", "rmdir", "chmod", "fchmod", "fchmodat", "link",
    "linkat", "copy_file_range", "sendfile",
)  # fmt: skip
FAULTS = {"F2": "signal=KILL", "F3": "error=ENOSPC", "F4": "error=EIO"}
LINE = re.compile(r"^(\d+)\s+(?:<\.\.\. )?(\w+)(?:\(| resumed>)")


@dataclass(frozen=True)
class Traced:
    """What became of a traced publication."""

    code: int
    said: str
    log: Path


def needed() -> None:
    """Skip where this machine has no strace, or does not let a process be traced."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: the injection inside the process covers the same places")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine does not let a process be traced")


def publish(
    lab: Lab, *options: str, argv: tuple[str, ...] = ("@publish_prepared",), hooks: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
) -> Traced:  # fmt: skip
    """The publishing step (or another command) under strace, which is attached once everything is loaded."""
    gate, log = lab.folder / "go", lab.folder / "strace.log"
    for path in (gate, gate.with_suffix(".ready"), log):
        path.unlink(missing_ok=True)
    process = lab.start(*argv, gate=gate, hooks=hooks, environment=environment)
    patiently(gate.with_suffix(".ready").exists)
    tracer = subprocess.Popen(
        ["strace", "-f", "-p", str(process.pid), "-o", str(log), *options], stderr=subprocess.PIPE, text=True
    )
    try:
        patiently(lambda: tracer.poll() is not None or _is_traced(process.pid))
        assert tracer.poll() is None, tracer.communicate()[1]
    finally:
        gate.touch()
    code = process.wait()
    tracer.communicate(timeout=60)
    return Traced(code, process.said, log)


def points(lab: Lab, step: str = "@publish_prepared", **how: Any) -> list[tuple[str, int]]:
    """Every system call of a clean publication that changes the disk, in order: its name and its number within a thread."""
    traced = publish(lab, "-e", "trace=" + ",".join(f"?{c}" for c in CALLS), argv=(step,), **how)
    assert traced.code == 0, traced.said
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, int], None] = {}
    for line in traced.log.read_text(errors="replace").splitlines():
        call = LINE.match(line)
        if call and call[2] in CALLS and "resumed>" not in line:
            seen[call[2], call[1]] += 1
            found[call[2], seen[call[2], call[1]]] = None
    return list(found)


def injected(lab: Lab, call: str, n: int, fault: str, step: str = "@publish_prepared", **how: Any) -> Traced:
    """A publication whose nth call (in each thread) fails or kills."""
    return publish(lab, "-e", f"trace={call}", "-e", f"inject={call}:{FAULTS[fault]}:when={n}", argv=(step,), **how)


def _is_traced(pid: int) -> bool:
    """Every thread of it, so that none is missed."""
    tasks = list(Path(f"/proc/{pid}/task").glob("*/status"))
    return bool(tasks) and all("TracerPid:\t0" not in t.read_text() for t in tasks)
