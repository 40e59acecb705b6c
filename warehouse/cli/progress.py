"""What is seen of long work, on standard error: one living line at a terminal, few plain lines in a pipe.

Only showing belongs here; work tells what it does by `warehouse.progress.tell`. With `--quiet` or `--json` nothing is shown.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from warehouse.cli import layout
from warehouse.cli.output import room_of, say
from warehouse.cli.style import Kind, paint, smart
from warehouse.progress import Step, listening

AFTER = 1.0  # seconds: what ends before says nothing
STAGE_AFTER = 10.0  # seconds: in a pipe a stage of a round gets a line of its own only then
TURN = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
PLAIN_TURN = "|/-\\"
_silent = False


def silence(on: bool = True) -> None:
    """`--quiet` and `--json`: no progress."""
    global _silent
    _silent = on


def note(text: str, kind: Kind = "plain") -> None:
    """A line that tells how far work is, unless it should be silent."""
    if not _silent:
        say(text, kind)


def watched(callback: Callable[..., Any], doing: Callable[[], str]) -> Callable[..., Any]:
    """A command's function that says what it is doing where it takes longer than a second; nothing where there are no words."""

    @functools.wraps(callback)
    def run(*args: Any, **options: Any) -> Any:
        silent = _silent
        silence(silent or bool(options.get("as_json")))
        try:
            with watching("" if _silent else doing()):
                return callback(*args, **options)
        finally:
            silence(silent)

    return run


@contextmanager
def watching(doing: str) -> Iterator[None]:
    """Show what is told inside of the block; nothing where it should be silent."""
    if _silent or not doing:
        yield
        return
    shown: Living | Plain = Living(Step(doing)) if smart(sys.stderr) else Plain(Step(doing))
    with listening(shown.hear), shown:
        yield


class _Shown:
    """A thread that looks at the newest step now and then."""

    every = 0.2

    def __init__(self, step: Step) -> None:
        self.step, self.began, self.since = step, time.monotonic(), time.monotonic()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def hear(self, step: Step) -> None:
        """Take the next step; its time counts from here."""
        if step != self.step:
            self.step, self.since = step, time.monotonic()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        with suppress(OSError, ValueError):  # nobody reads it any more: work goes on without being shown
            while not self._end.wait(self.every):
                self.look()

    def look(self) -> None:
        """Show what is due."""
        raise NotImplementedError


class Plain(_Shown):
    """Lines for a pipe: each thing once, when it has taken longer than a second."""

    def __init__(self, step: Step) -> None:
        super().__init__(step)
        self._told: set[tuple[str, ...]] = set()

    def look(self) -> None:
        """One line for the step's owner, and one for a stage that takes long."""
        step, taken = self.step, time.monotonic() - self.since
        if taken >= AFTER and step.what:
            self._once((step.whose or step.what,), step.whose or step.what, _counted(step))
        if step.whose and taken >= STAGE_AFTER:
            self._once((step.whose, step.what), f"{step.whose}: {step.what}", "")

    def _once(self, key: tuple[str, ...], text: str, count: str) -> None:
        if key not in self._told:
            self._told.add(key)
            say(f"   {text} …{count}")


class Living(_Shown):
    """One line that is drawn again and again at a terminal, and taken away before anything else is written."""

    def __init__(self, step: Step) -> None:
        super().__init__(step)
        self._turn, self._drawn, self._at_start = 0, False, True
        self._lock, self._stream, self._before = threading.RLock(), sys.stderr, (sys.stdout, sys.stderr)
        self._signs = TURN if (getattr(self._stream, "encoding", "") or "").lower().startswith("utf") else PLAIN_TURN

    def __enter__(self) -> None:
        sys.stdout, sys.stderr = (cast(TextIO, _Clearing(s, self)) for s in self._before)
        super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self.clear()
        sys.stdout, sys.stderr = self._before

    def look(self) -> None:
        """Draw the line, where nothing stands half written on it."""
        now = time.monotonic()
        if now - self.began < AFTER or not self.step.what:
            self.clear()
            return
        with self._lock:
            if self._at_start:
                self._turn += 1
                text = _cut(_line(self.step, now - self.since, now - self.began), (room_of(self._stream) or 80) - 3)
                sign = self._signs[self._turn % len(self._signs)]
                self._stream.write(f"\r\x1b[2K{paint(sign, 'warn', self._stream)} {text}")
                self._stream.flush()
                self._drawn = True

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            if self._drawn:
                self._stream.write("\r\x1b[2K")
                self._stream.flush()
                self._drawn = False

    def write(self, stream: TextIO, text: str) -> int:
        """What the command itself writes."""
        with self._lock:
            self.clear()
            if text:
                self._at_start = text.endswith("\n")
            return stream.write(text)


class _Clearing:
    """A stream that takes the living line away before it writes."""

    def __init__(self, stream: TextIO, living: Living) -> None:
        self._to, self._living = stream, living

    def write(self, text: str) -> int:
        """Write through."""
        return self._living.write(self._to, text) if isinstance(text, str) else self._to.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._to, name)


def _line(step: Step, taken: float, whole: float) -> str:
    owner = f"{step.whose} · " if step.whose else ""
    times = _clock(whole) if whole - taken < 1 else f"{_clock(taken)}, {_clock(whole)} in all"
    return f"{owner}{step.what}{_counted(step)} · {times}"


def _counted(step: Step) -> str:
    return f" ({step.number} of {step.total})" if step.total > 1 else ""


def _clock(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds // 60:.0f}:{seconds % 60:02.0f} min"


def _cut(text: str, room: int) -> str:
    """A living line never folds: what is too long is cut with a sign."""
    if layout.width(text) <= room:
        return text
    while layout.width(text) > room - 1:
        text = text[:-1]
    return text + "…"


__all__ = ["note", "silence", "watched", "watching"]
