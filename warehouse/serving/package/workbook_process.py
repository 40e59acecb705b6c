"""The workbook, written by a process of its own: it takes the longest, and other files are made meanwhile on another core.

Starting, waiting for and stopping that process belongs here; what it writes is in `workbook.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import MtmError

if TYPE_CHECKING:
    from warehouse.serving.source import ReleaseSource

_CODE = "import sys; sys.path[:] = {path!r}; from warehouse.serving.package.workbook_process import main; main()"
ORPHAN = 3  # exit code: whoever started it is gone


@contextmanager
def workbook_begun(source: ReleaseSource, path: Path) -> Iterator[None]:
    """The workbook of a release is written to `path` while the body works, and is whole after it. Raises MtmError."""
    told_of = {**asdict(source), "folder": str(source.folder.absolute())}
    request = {"source": told_of, "path": str(path.absolute()), "starter": os.getpid()}
    child = subprocess.Popen(
        [sys.executable, "-c", _CODE.format(path=sys.path)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert child.stdin is not None
        with child.stdin as pipe:
            pipe.write(json.dumps(request))
        child.stdin = None
        yield
        _, told = child.communicate()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        if child.stderr:
            child.stderr.close()
    if child.returncode:
        raise MtmError(f"the workbook could not be written: {told.strip() or f'its process ended with {child.returncode}'}",
                       where=path.name, expected="a workbook", todo="look at the disk and at the memory, then run again",
                       code="workbook_failed")  # fmt: skip


def main() -> None:
    """What the process runs: the request comes on standard input; of an error only the kind is told, which holds no value."""
    import gc

    from warehouse.releases.manifest import RoundVersion
    from warehouse.serving.package.workbook import write_workbook
    from warehouse.serving.source import ReleaseSource

    gc.disable()  # millions of cells, none of them in a circle
    try:
        request: dict[str, Any] = json.loads(sys.stdin.read())
        path, of = Path(request["path"]), request["source"]
        rounds = [RoundVersion(**v) for v in of["rounds"]]
        source = ReleaseSource(**{**of, "folder": Path(of["folder"]), "rounds": rounds})
        write_workbook(source, path, wanted=lambda: os.getppid() == request["starter"])
    except Exception as error:
        sys.stderr.write(type(error).__name__)
        raise SystemExit(1) from None
    raise SystemExit(0 if path.exists() else ORPHAN)
