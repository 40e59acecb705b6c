"""The ledger of waivers: one line of JSON for each that was given, revoked, used or found expired. Only added to.

Reading, adding and telling how waivers stand belong here. Each line holds the hash of the one before it, and the file is
replaced whole: a ledger that can't be read whole lets nothing through.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from warehouse.deliveries.disk import sync
from warehouse.errors import MtmError
from warehouse.settings import Home
from warehouse.waivers.model import AnyLine, Expire, Give, Revoke, State, Use, Waiver

FILE = "waivers.jsonl"
_LINE: TypeAdapter[Any] = TypeAdapter(AnyLine)


@dataclass(frozen=True)
class Standing:
    """A waiver, how it stands, and how often it was used."""

    waiver: Waiver
    state: State
    uses: int = 0
    noticed: bool = False  # its end stands in the ledger


def today() -> date:
    """The day by the system's clock, UTC."""
    return datetime.now(UTC).date()


def now() -> datetime:
    """The moment by the system's clock, UTC, as the ledger has it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def active(home: Home, round_key: str, on: date) -> list[Waiver]:
    """The waivers of a round that hold on a day. Raises MtmError where the ledger is damaged: then none holds."""
    return [s.waiver for s in standing(home, on) if s.state == "active" and s.waiver.round_key == round_key]


def active_hash(home: Home, round_key: str, on: date) -> str:
    """What tells a verdict that the waivers of its round changed: empty where none holds, `damaged` where that can't be told."""
    try:
        ids = sorted(w.id for w in active(home, round_key, on))
    except MtmError:
        return "damaged"
    return hashlib.sha256(" ".join(ids).encode()).hexdigest()[:16] if ids else ""


def standing(home: Home, on: date) -> list[Standing]:
    """All waivers that were ever given, oldest first, as they stand on a day."""
    lines = read(home)
    revoked = {line.id for line in lines if isinstance(line, Revoke)}
    ended = {line.id for line in lines if isinstance(line, Expire)}
    uses = [line.id for line in lines if isinstance(line, Use)]
    given = [line.waiver for line in lines if isinstance(line, Give)]
    return [Standing(w, _state(w, on, revoked, ended), uses.count(w.id), w.id in ended) for w in given]


def _state(waiver: Waiver, on: date, revoked: set[str], ended: set[str]) -> State:
    if waiver.id in revoked:
        return "revoked"
    return "expired" if waiver.id in ended else waiver.on(on)


def note_expired(home: Home, on: date) -> None:
    """Write down the waivers whose end has come, once each."""
    for found in standing(home, on):
        if found.state == "expired" and not found.noticed:
            append(home, lambda _, i=found.waiver.id: Expire(at=now(), id=i))


def read(home: Home) -> list[Any]:
    """The lines of the ledger, in order. Raises MtmError where one is damaged, taken out or put in."""
    return _parsed(_path(home), _texts(_path(home)))


def append(home: Home, line: Any) -> Any:
    """Add one line and make it last. `line`: from the lines that stand, the new one. Raises MtmError where it can't be kept."""
    path = _path(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(path.parent):
        texts = _texts(path)
        new = line(_parsed(path, texts)).model_copy(update={"before": _hash(texts[-1]) if texts else ""})
        try:
            _write(path, [*texts, new.model_dump_json()])
        except OSError as error:
            raise MtmError(
                f"the ledger of waivers could not be written: {error.strerror or type(error).__name__}",
                where=FILE, expected="room in MTM_HOME, and a folder waivers that can be written",
                todo="make room or correct the permissions, then do it again", code="not_stored",
            ) from None  # fmt: skip
        return new


def _write(path: Path, texts: list[str]) -> None:
    temporary = path.with_suffix(".part")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600), "w", encoding="utf-8") as file:
        file.write("".join(text + "\n" for text in texts))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync(path.parent)


def _texts(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    except (OSError, UnicodeDecodeError):
        raise _damaged(1) from None


def _parsed(path: Path, texts: list[str]) -> list[Any]:
    lines, before = [], ""
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        raise _damaged(len(texts) + 1)
    for number, text in enumerate(texts, 1):
        try:
            line = _LINE.validate_json(text)
        except ValidationError:
            raise _damaged(number) from None
        if line.before != before:
            raise _damaged(number)
        before = _hash(text)
        lines.append(line)
    return lines


def _damaged(number: int) -> MtmError:
    return MtmError(
        "the ledger of waivers is damaged: none of them holds", where=f"{FILE}, line {number}",
        expected="the lines as they were written, none changed, taken out or put in",
        todo="put it back from a backup; or move it away, and give the waivers that are still needed again",
        code="bad_waivers",
    )  # fmt: skip


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _path(home: Home) -> Path:
    return home.waivers / FILE


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
