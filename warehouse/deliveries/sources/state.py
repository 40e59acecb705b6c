"""What became of the last pulls of a declared source: for sensors, which must not ask twice, and for people.

One small file for each source under `build/sources` belongs here: times, marks of files, messages without secrets.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from warehouse.deliveries.sources.pull import Outcome
from warehouse.deliveries.sources.redact import redact
from warehouse.settings import Home

LONGEST_PAUSE = 6 * 3600.0
FIRST_PAUSE = 60.0
QUIET = {"source_empty"}  # nothing there yet is no failure


@dataclass
class PullState:
    """The last pull. `done`: marks of files that were received or refused for good; `failures` in a row."""

    at: float = 0.0
    failures: int = 0
    told: str = ""  # why it failed
    refused: dict[str, str] = field(default_factory=dict)  # file, reason: of the last pull that had some
    done: dict[str, str] = field(default_factory=dict)

    @property
    def pause_ends(self) -> float:
        """When a source that failed may be asked again."""
        return self.at + pause(self.failures) if self.failures else 0.0


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row: from a minute to six hours."""
    return min(FIRST_PAUSE * 2.0 ** (failures - 1), LONGEST_PAUSE) if failures else 0.0


def read_state(home: Home, name: str) -> PullState:
    """The state of a source; a new one where there is none (or it can't be read: pulling again does no harm)."""
    try:
        return PullState(**json.loads(_path(home, name).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return PullState()


def record(home: Home, name: str, outcomes: Iterable[Outcome], marks: Mapping[str, str]) -> PullState:
    """Write down what became of a pull. `marks`: those of the files as they were seen when it was asked for."""
    before, outcomes = read_state(home, name), list(outcomes)
    failed = [o for o in outcomes if o.error and not o.is_refused and o.error.code not in QUIET]
    ended = {o.key: marks[o.key] for o in outcomes if o.key in marks and (o.receipt or o.is_refused)}
    state = PullState(
        at=time.time(),
        failures=before.failures + 1 if failed else 0,
        told=redact("; ".join(f"{o.name}: {o.error}" for o in failed)),
        refused={o.name: redact(str(o.error)) for o in outcomes if o.is_refused},
        done={**{k: m for k, m in before.done.items() if k in marks or not marks}, **ended},
    )
    path = _path(home, name)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(asdict(state), ensure_ascii=False), encoding="utf-8", errors="replace")
    os.replace(temporary, path)
    return state


def _path(home: Home, name: str) -> Path:
    folder = home.ensure().build / "sources"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder / f"{name.replace('/', '.')}.json"
