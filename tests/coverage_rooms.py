"""`make coverage`: the tests again, with what they reach of the code: in total, by room, and as pages to read.

    python -m tests.coverage_rooms [what pytest takes: tests/unit, -k WORD, -m …]

Lines and branches are counted, those of processes that the tests start too. It is no part of `make test`: counting slows the tests by half.
How the figures are grouped and printed belongs here; the tests themselves know nothing of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
PAGES = PROJECT / ".coverage-pages"
ROOMS = ("warehouse", "expectations", "orchestration")
SETTINGS = """[run]
branch = true
parallel = true
source = {sources}
patch = subprocess
data_file = {data}
[report]
skip_empty = true
exclude_also =
    if TYPE_CHECKING:
    \\.\\.\\.$
"""


def room(path: str) -> str:
    """The room of a file: `warehouse/normalize`, `orchestration`; what lies in `warehouse` itself is `warehouse`."""
    first, *more = Path(path).parts[:-1]
    return f"{first}/{more[0]}" if first == "warehouse" and more else first


def by_room(files: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Room → (lines and branches reached, lines and branches that there are), of the report's files."""
    told: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for path, file in files.items():
        seen = file["summary"]
        reached = seen["covered_lines"] + seen.get("covered_branches", 0)
        there = seen["num_statements"] + seen.get("num_branches", 0)
        so_far = told[room(path)]
        told[room(path)] = (so_far[0] + reached, so_far[1] + there)
    return dict(sorted(told.items()))


def table(rooms: Mapping[str, tuple[int, int]]) -> str:
    """A line for each room, then the total."""
    whole = (sum(r for r, _ in rooms.values()), sum(t for _, t in rooms.values()))
    lines = {**rooms, "total": whole}
    return "\n".join(
        f"{name:28} {reached / max(there, 1):7.1%}  of {there:6,}" for name, (reached, there) in lines.items()
    )


def main(asked: list[str]) -> int:
    """Run the tests, then tell; the exit code is that of the tests."""
    PAGES.mkdir(exist_ok=True)
    settings, data = PAGES / "settings.ini", PAGES / "data"
    for old in PAGES.glob("data*"):
        old.unlink()
    settings.write_text(SETTINGS.format(sources=",".join(ROOMS), data=data), encoding="utf-8")
    environment = os.environ | {"COVERAGE_RCFILE": str(settings)}
    python = [sys.executable, "-m"]
    parts = ["-n", "2", "--dist", "loadfile"] if not asked else []
    tests = subprocess.run([*python, "coverage", "run", "-m", "pytest", *parts, *asked], cwd=PROJECT, env=environment)
    for step in (["combine", "-q"], ["html", "-q", "-d", PAGES], ["json", "-q", "-o", PAGES / "told.json"]):
        subprocess.run([*python, "coverage", *step], cwd=PROJECT, env=environment, check=True)
    files = json.loads((PAGES / "told.json").read_text(encoding="utf-8"))["files"]
    print(f"{table(by_room(files))}\nline by line: {PAGES / 'index.html'}")
    return tests.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
