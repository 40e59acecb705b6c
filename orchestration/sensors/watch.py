"""What a sensor remembers of a source from tick to tick, and what it decides: wait, look, or ask for a pull.

Deciding belongs here, and nothing of Dagster. The memory is small and holds no secret: keys and marks are hashes.
"""

import hashlib
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from warehouse.deliveries.sources.files import Item
from warehouse.deliveries.sources.look import look
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.state import PullState, pause
from warehouse.errors import MtmError

LOOK_SECONDS = 15.0
LOST = 3600.0  # a pull that was asked for and never ended is asked for again after this


@dataclass
class Memory:
    """Of one source. `seen`: marks of the last look by key; `told`: sequence numbers for which a run was requested."""

    seen: dict[str, str] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    next: float = 0.0
    looked: float = 0.0
    fails: int = 0

    @classmethod
    def of(cls, data: Any) -> "Memory":
        """From a cursor; what can't be read is forgotten."""
        try:
            return cls(**data)
        except TypeError:
            return cls()

    def data(self) -> dict[str, Any]:
        """For the cursor."""
        return asdict(self)


@dataclass(frozen=True)
class Decision:
    """What to do about a source now: `pull` names it (the key of a run), with the marks of the files that are wanted."""

    said: str
    pull: str = ""
    marks: dict[str, str] = field(default_factory=dict)


def decide(source: Source, memory: Memory, state: PullState, now: float) -> Decision:
    """Look at a source, where it is time, and decide. What fails is told and waits longer each time."""
    if state.pause_ends > now:
        return Decision(f"failed {state.failures} times, again at {_at(state.pause_ends)}: {state.told}")
    failed_since = state.failures and state.at >= memory.looked  # then the pause counts, not the interval
    if memory.next > now and not failed_since:
        refused = "".join(f"; {name} was refused ({why})" for name, why in state.refused.items())
        return Decision(f"nothing to do until {_at(memory.next)}{refused}")
    memory.looked = now
    return _files(source, memory, state, now) if source.kind == "files" else _service(source, memory, state, now)


def _service(source: Source, memory: Memory, state: PullState, now: float) -> Decision:
    """An API is pulled at its interval: only its answer says whether something is new."""
    memory.next = now + source.every
    return Decision("is pulled", _key(source, {"at": str(int(now // source.every))}, state, now))


def _files(source: Source, memory: Memory, state: PullState, now: float) -> Decision:
    """Files are pulled when they are new and stood still since the look before."""
    try:
        items = _bounded(source)
    except MtmError as error:
        memory.fails += 1
        memory.next = now + pause(memory.fails)
        return Decision(f"can't be looked at ({memory.fails} times), again at {_at(memory.next)}: {error}")
    marks = {item.key: item.mark for item in items}
    new = {key: mark for key, mark in marks.items() if state.done.get(key) != mark}
    still = {key: mark for key, mark in new.items() if memory.seen.get(key) == mark}
    memory.seen, memory.fails = marks, 0
    memory.next = 0.0 if new else now + source.every
    if still:
        return Decision(f"{len(still)} files are pulled", _key(source, still, state, now), still)
    return Decision(f"{len(new)} files are waiting to stand still" if new else f"{len(marks)} files, nothing new")


def _bounded(source: Source) -> list[Item]:
    """A look that can't hang the tick."""
    found: list[list[Item]] = []
    failed: list[MtmError] = []

    def work() -> None:
        try:
            found.append(look(source))
        except MtmError as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(LOOK_SECONDS)
    if failed:
        raise failed[0]
    if not found:
        raise MtmError("the source did not answer in time", where=source.name, code="source_timeout")
    return found[0]


def _key(source: Source, marks: dict[str, str], state: PullState, now: float) -> str:
    """The same files are asked for once: again after a failure, or where the pull was lost."""
    digest = hashlib.sha256(repr(sorted(marks.items())).encode()).hexdigest()[:16]
    return f"{source.name}:{digest}:{state.failures}:{int(now // LOST)}"


def _at(moment: float) -> str:
    return time.strftime("%H:%M:%S UTC", time.gmtime(moment))
