"""What a power loss may take: a log of system calls is replayed, and what was written and not synced is told.

Reading strace's log belongs here; judging what may be lost does not. Three things have to be made durable one by one: a
file's content (fsync after the last write), its mode, and its name in a folder (fsync of the folder after it came).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TRACE = ",".join(f"?{c}" for c in (
    "open", "openat", "creat", "write", "pwrite64", "writev", "pwritev", "ftruncate", "fallocate", "copy_file_range", "sendfile",
    "fsync", "fdatasync", "rename", "renameat", "renameat2", "symlink", "symlinkat", "mkdir", "mkdirat", "link", "linkat",
    "chmod", "fchmod", "fchmodat", "unlink", "unlinkat", "rmdir",
))  # fmt: skip
CALL = re.compile(r"^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)(?:<([^>]*)>)?")
BEGUN = re.compile(r"^(\d+)\s+(\w+)\((.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$")
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
OPEN = re.compile(r"^(\d+)<([^>]*)>")
WRITES = {"write", "pwrite64", "writev", "pwritev", "ftruncate", "fallocate", "sendfile"}
SYNCS = {"fsync", "fdatasync"}


@dataclass
class Disk:
    """What is not yet durable: contents and modes of files, names in folders (by the path of what is named)."""

    contents: set[str] = field(default_factory=set)
    modes: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    given: dict[str, str] = field(default_factory=dict)  # the mode that a path was given last

    def below(self, folder: Path) -> list[str]:
        """What a power loss may take of a folder: one line each."""
        kinds = (("content", self.contents), ("mode", self.modes), ("name", self.names))
        start = str(folder)
        return sorted(
            f"{kind} of {p}" for kind, paths in kinds for p in paths if p == start or p.startswith(f"{start}/")
        )

    def apply(self, call: str, arguments: str, opened: str | None) -> None:
        """One system call that succeeded."""
        texts = TEXT.findall(arguments)
        held = OPEN.match(arguments)
        if call in WRITES and held:
            self.contents.add(held[2])
        elif call == "copy_file_range":
            self.contents.add(re.findall(r"\d+<([^>]*)>", arguments)[1])
        elif call in SYNCS and held:
            self._synced(held[2])
        elif call.startswith("open") or call == "creat":
            self._opened(arguments, opened)
        elif call.startswith("rename"):
            self._moved(_absolute(arguments, texts[0]), _absolute(arguments, texts[1]))
        elif call.startswith(("symlink", "mkdir", "link")):
            self.names.add(texts[-1])
        elif "chmod" in call:
            self._mode(held[2] if call == "fchmod" and held else texts[0], arguments)
        elif call.startswith(("unlink", "rmdir")):
            self._gone(texts[0])

    def _mode(self, path: str, arguments: str) -> None:
        mode = re.findall(r", (0\d+)", arguments)[-1]
        if self.given.get(path) != mode:  # the mode that it has already changes nothing
            self.modes.add(path)
        self.given[path] = mode

    def _synced(self, path: str) -> None:
        self.contents.discard(path)
        self.modes.discard(path)
        self.names = {n for n in self.names if n.rpartition("/")[0] != path}

    def _opened(self, arguments: str, opened: str | None) -> None:
        if opened and "O_CREAT" in arguments:
            self.names.add(opened)
        if opened and "O_TRUNC" in arguments:
            self.contents.add(opened)

    def _moved(self, source: str, target: str) -> None:
        for paths in (self.contents, self.modes, self.names):
            moved = {p for p in paths if p == source or p.startswith(f"{source}/")}
            paths -= {target}
            paths -= moved
            paths |= {target + p[len(source) :] for p in moved}
        below = [p for p in self.given if p == source or p.startswith(f"{source}/")]
        self.given |= {target + p[len(source) :]: self.given[p] for p in below}
        self.names.add(target)

    def _gone(self, path: str) -> None:
        for paths in (self.contents, self.modes, self.names):
            paths -= {p for p in paths if p == path or p.startswith(f"{path}/")}


def calls(log: Path) -> Iterator[tuple[str, str, str | None]]:
    """Name, arguments and opened path of each call that succeeded, in the order in which they ended."""
    begun: dict[str, str] = {}
    for line in log.read_text(errors="replace").splitlines():
        if found := BEGUN.match(line):
            begun[found[1]] = f"{found[1]} {found[2]}({found[3]}"
            continue
        if found := RESUMED.match(line):
            line = begun.pop(found[1], "") + found[3]
        if (found := CALL.match(line)) and int(found[4]) >= 0:
            yield found[2], found[3], found[5]


def _absolute(arguments: str, path: str) -> str:
    """Paths of the project are absolute; those given to a folder's descriptor are below it."""
    held = re.search(r"(?:AT_FDCWD|\d+)<([^>]*)>", arguments)
    return path if path.startswith("/") or not held else f"{held[1]}/{path}"
