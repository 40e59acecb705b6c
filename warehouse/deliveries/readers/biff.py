"""The records of an XLS workbook (BIFF8): their chain, and the texts that are spread over several of them.

Records and texts belong here; what a workbook makes of them does not (`xls.py`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

BOF, EOF, CONTINUE = 0x809, 0x0A, 0x3C


class Torn(Exception):
    """The records don't hold together: cut off, or not what they say."""


def records(stream: bytes, position: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """Offset, type and contents of the records from a position to the end of the stream."""
    end = len(stream)
    while position < end:
        if position + 4 > end:
            if any(stream[position:]):
                raise Torn
            return
        kind, size = struct.unpack_from("<HH", stream, position)
        if kind == 0 and size == 0 and not any(stream[position : position + 512]):
            return  # padding behind the last record
        if position + 4 + size > end:
            raise Torn
        yield position, kind, stream[position + 4 : position + 4 + size]
        position += 4 + size


class Pieces:
    """The contents of a record and those that continue it, read as one: a text that is cut says its width again."""

    def __init__(self, pieces: list[bytes]) -> None:
        """From the first record on."""
        self._pieces, self._piece, self._at = pieces, 0, 0

    def take(self, size: int) -> bytes:
        """The next bytes, across pieces."""
        taken = b""
        while len(taken) < size:
            if self._piece >= len(self._pieces):
                raise Torn
            part = self._pieces[self._piece][self._at : self._at + size - len(taken)]
            taken += part
            self._at += len(part)
            self._turn()
        return taken

    def text(self, length_bytes: int = 2) -> str:
        """A text with its length before it; formatting and pronunciation behind it are passed over."""
        length = int.from_bytes(self.take(length_bytes), "little")
        flags = self.take(1)[0]
        runs = int.from_bytes(self.take(2), "little") if flags & 8 else 0
        extra = int.from_bytes(self.take(4), "little") if flags & 4 else 0
        text = self._characters(length, bool(flags & 1))
        self.take(4 * runs)
        self.take(extra)
        return text

    def _characters(self, length: int, wide: bool) -> str:
        parts: list[bytes] = []
        while length:
            if self._piece >= len(self._pieces):
                raise Torn
            piece = self._pieces[self._piece]
            width = 2 if wide else 1
            count = min(length, (len(piece) - self._at) // width)
            raw = piece[self._at : self._at + count * width]
            parts.append(raw if wide else raw.decode("latin-1").encode("utf-16-le"))
            self._at, length = self._at + count * width, length - count
            if length:
                if self._at != len(piece) or self._piece + 1 >= len(self._pieces) or not self._pieces[self._piece + 1]:
                    raise Torn
                self._piece, self._at = self._piece + 1, 1
                wide = bool(self._pieces[self._piece][0] & 1)
        self._turn()
        return b"".join(parts).decode("utf-16-le", "replace")

    def _turn(self) -> None:
        while self._piece < len(self._pieces) and self._at >= len(self._pieces[self._piece]):
            self._piece, self._at = self._piece + 1, 0


def shared_texts(pieces: list[bytes]) -> list[str]:
    """The table of shared texts."""
    reader = Pieces(pieces)
    reader.take(4)
    count = int.from_bytes(reader.take(4), "little")
    if count > sum(map(len, pieces)):
        raise Torn
    return [reader.text() for _ in range(count)]


def packed_number(value: int) -> float:
    """A number in the short form (RK)."""
    number = float((value - (1 << 32) if value & 0x80000000 else value) >> 2) if value & 2 else 0.0
    if not value & 2:
        (number,) = struct.unpack("<d", struct.pack("<Q", (value & 0xFFFFFFFC) << 32))
    return number / 100 if value & 1 else number
