"""Which processes of Dagster on this machine listen, and on which addresses (Linux, `/proc`).

Looking belongs here. Processes of other users are seen by root only.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

PROCESSES = Path("/proc")
OURS = ("dagster", "orchestration.pages", "mtm serve")
LISTENS = "0A"
MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))


@dataclass(frozen=True)
class Listener:
    """A process and the address that it listens on."""

    pid: int
    what: str
    address: IPv4Address | IPv6Address
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        mapped = getattr(self.address, "ipv4_mapped", None)
        return (mapped or self.address).is_loopback

    def __str__(self) -> str:
        """`dagster_webserver on 0.0.0.0:3000`."""
        shown = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return f"{self.what} on {shown}:{self.port}"


def listeners() -> list[Listener]:
    """Of Dagster and of the pages of verdicts, as far as they can be seen."""
    sockets = _sockets()
    found = []
    for process in PROCESSES.glob("[0-9]*"):
        with suppress(OSError):
            line = (process / "cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")
            what = next((name for name in OURS if name in line), "")
            for inode in _inodes(process) & sockets.keys() if what else ():
                found.append(Listener(int(process.name), _named(line, what), *sockets[inode]))
    return sorted(found, key=lambda x: (x.port, x.pid))


def within_a_container() -> bool:
    """Whether this process is in a container, whose networks are declared outside."""
    return any(mark.exists() for mark in MARKS)


def _named(line: str, what: str) -> str:
    kinds = {"dagster_webserver": "the Dagster UI", "code-server": "the code server", "api grpc": "the code server"}
    kinds |= {"pages": "the pages of verdicts"}
    return next((name for mark, name in kinds.items() if mark in line), what)


def _sockets() -> dict[str, tuple[IPv4Address | IPv6Address, int]]:
    """Inode → the address and port of every TCP socket that listens."""
    found: dict[str, tuple[IPv4Address | IPv6Address, int]] = {}
    for name in ("tcp", "tcp6"):
        table = PROCESSES / "net" / name
        for line in table.read_text(encoding="ascii").splitlines()[1:] if table.is_file() else ():
            fields = line.split()
            if fields[3] == LISTENS:
                host, _, port = fields[1].partition(":")
                found[fields[9]] = (_address(host), int(port, 16))
    return found


def _address(text: str) -> IPv4Address | IPv6Address:
    """The kernel writes addresses as words of four bytes, each in the machine's order."""
    raw = bytes.fromhex(text)
    return ip_address(b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4)))


def _inodes(process: Path) -> set[str]:
    found = set()
    for entry in os.scandir(process / "fd"):
        with suppress(OSError):
            target = os.readlink(entry.path)
            if target.startswith("socket:["):
                found.add(target[8:-1])
    return found
