"""A process that is measured: it calls functions that it is told on standard input, and answers with what they cost.

One line of JSON in (`call`: "module:function", `with`: its arguments), one line out (`answer` or `error`, `wall`, `cpu`, `peak_mb`).
The line, the floor and their peers run in such processes, each warm in its own; what is called does not belong here.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from typing import Any


def cpu_seconds() -> float:
    """User and system seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def done(asked: dict[str, Any]) -> dict[str, Any]:
    """What the call answered and cost. Importing its module is a part of it, the first time."""
    module, _, function = asked["call"].partition(":")
    wall, cpu = time.perf_counter(), cpu_seconds()
    try:
        told = {"answer": getattr(importlib.import_module(module), function)(**asked["with"])}
    except Exception as error:
        if os.environ.get("MTM_BENCH_DEBUG"):
            raise
        told = {"error": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300]}
    return {**told, "wall": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu}


def main() -> None:
    """Answer line by line until standard input ends. What a library prints goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(done(json.loads(line))), file=out, flush=True)


if __name__ == "__main__":
    main()
