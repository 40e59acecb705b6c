"""Which process works on a run, as a tag of the run, and whether it still lives.

Naming and finding processes belong here; what becomes of a run whose process is gone is decided in `launcher.py`. Runs of
`mtm run` and rounds inside of a run on several have no worker that Dagster knows of: this tag is all that is known.
"""

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import dagster as dg

TAG = ".dagster/mtm_process"  # with this beginning the UI does not show it
START = 19  # the field of /proc/PID/stat, counted after the name, that says when a process started


@dataclass(frozen=True)
class Process:
    """A process of one machine. `space`: where process ids mean something (machine, boot, container)."""

    host: str
    space: str
    pid: int
    started: str

    @classmethod
    def this(cls) -> Self:
        """The process that asks."""
        return cls(socket.gethostname(), _space(), os.getpid(), _started(os.getpid()))

    @classmethod
    def of(cls, run: dg.DagsterRun) -> Self | None:
        """The one that works on a run; None where it has not begun, or nothing says it."""
        host, space, pid, started, *_ = [*run.tags.get(TAG, "").split(" "), "", "", "", ""]
        return cls(host, space, int(pid), started) if pid.isdigit() else None

    def __str__(self) -> str:
        """As the tag holds it."""
        return f"{self.host} {self.space} {self.pid} {self.started}"

    @property
    def lives(self) -> bool | None:
        """Whether it is still there; None where that can't be seen from here (another machine or container)."""
        if self.host != socket.gethostname():
            return None
        if self.space != _space():  # this machine started again since, or a container beside this one
            return False if self.space.partition("/")[0] != _space().partition("/")[0] else None
        return _started(self.pid) == self.started if _started(os.getpid()) else _answers(self.pid)

    def interrupt(self) -> bool:
        """Ask it to end, as Ctrl-C does; False where it is not there."""
        if not self.lives:
            return False
        try:
            os.kill(self.pid, signal.SIGINT)
        except OSError:
            return False
        return True


def mark(instance: dg.DagsterInstance, run_id: str) -> None:
    """Say that this process works on a run."""
    instance.add_run_tags(run_id, {TAG: str(Process.this())})


def _space() -> str:
    """The boot and the namespace of process ids; nothing where the system does not say it."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When a process started; nothing where it is gone, or ended and not yet buried."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[START]


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
