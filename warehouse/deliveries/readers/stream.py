"""Large texts that are read from their file (or from inside a ZIP) as often as wanted, never as a whole.

Only access to bytes belongs here. A stream answers the few questions that are asked of `bytes` before a text is decoded: how
it begins and ends, and whether a sign occurs in it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator
from typing import IO

STEP = 2**20  # bytes that are read at a time
LARGE = 32 * 2**20  # a text of more bytes is read as a stream
EDGE = 2**20  # how far from its start or end bytes may be asked for


class Stream:
    """Bytes that can be opened again and again. `size`: how many of them count."""

    def __init__(self, opener: Callable[[], IO[bytes]], size: int) -> None:
        """`opener` gives the bytes from the first on."""
        self.opener, self.size = opener, size
        self._tail: bytes | None = None

    def __len__(self) -> int:
        """Bytes that count."""
        return self.size

    def __getitem__(self, wanted: int | slice) -> bytes | int:
        """Bytes near the start or the end."""
        if isinstance(wanted, int):
            return self.head(wanted + 1)[wanted]
        if (wanted.start or 0) < 0:
            return self.tail()[wanted]
        return self.head(wanted.stop or EDGE)[wanted]

    def __contains__(self, needle: bytes) -> bool:
        """Whether these bytes occur anywhere."""
        return bool(self.holding([needle]))

    def holding(self, needles: Collection[bytes]) -> set[bytes]:
        """Which of these bytes occur anywhere: read once, and no further than until all are found."""
        found: set[bytes] = set()
        longest, seen = max(map(len, needles)), b""
        for chunk in self.chunks():
            seen = seen[-longest:] + chunk
            found |= {needle for needle in needles if needle not in found and needle in seen}
            if len(found) == len(needles):
                break
        return found

    def startswith(self, prefix: bytes | tuple[bytes, ...], at: int = 0) -> bool:
        """As of bytes."""
        return self.head(at + 64)[at:].startswith(prefix)

    def endswith(self, suffix: bytes | tuple[bytes, ...]) -> bool:
        """As of bytes."""
        return self.tail().endswith(suffix)

    def head(self, size: int) -> bytes:
        """The first bytes."""
        with self.open() as source:
            return source.read(size)

    def tail(self) -> bytes:
        """The last bytes, at most a kilobyte."""
        if self._tail is None:
            last = b""
            for chunk in self.chunks():
                last = (last + chunk)[-1024:]
            self._tail = last
        return self._tail

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """All bytes from a position on."""
        with self.open() as source:
            source.read(start)
            while chunk := source.read(STEP):
                yield chunk

    def shorter(self, by: int) -> Stream:
        """Without the last bytes."""
        return Stream(self.opener, self.size - by)

    def open(self) -> IO[bytes]:
        """From the first byte on."""
        return io.BufferedReader(_Limited(self.opener(), self.size), STEP)


class _Limited(io.RawIOBase):
    def __init__(self, source: IO[bytes], size: int) -> None:
        self.source, self.left = source, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        part = self.source.read(min(len(buffer), self.left))
        buffer[: len(part)] = part
        self.left -= len(part)
        return len(part)

    def close(self) -> None:
        self.source.close()
        super().close()


Data = bytes | Stream


def holding(data: Data, needles: Collection[bytes]) -> set[bytes]:
    """Which of these bytes occur in the data."""
    return data.holding(needles) if isinstance(data, Stream) else {needle for needle in needles if needle in data}


def opened(data: Data) -> IO[bytes]:
    """The bytes as a file."""
    return data.open() if isinstance(data, Stream) else io.BytesIO(data)
