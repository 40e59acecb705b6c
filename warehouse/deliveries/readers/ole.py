"""OLE compound files, the container of XLS: names of what is inside, and one stream, read with every bound checked.

The container belongs here; the records of a workbook (`biff.py`) do not.
"""

from __future__ import annotations

import struct

from warehouse.deliveries.readers.refusal import refuse
from warehouse.errors import UnreadableDelivery

END, FREE = 0xFFFFFFFE, 0xFFFFFFFF
SMALL = 4096  # streams below this live in the mini stream


class CompoundFile:
    """An OLE compound file. Raises UnreadableDelivery where it is not whole."""

    def __init__(self, data: bytes, name: str) -> None:
        """Reads the tables and the directory."""
        self.data, self.name = data, name
        if len(data) < 1536:
            raise self._damaged()
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6 or data[28:30] != b"\xfe\xff":
            raise self._damaged()
        self.size, self.mini_size = 1 << shift, 1 << mini_shift
        (_, first, _, cutoff, mini_first, _, difat, difat_count) = struct.unpack_from("<IIIIIIII", data, 44)
        if cutoff != SMALL:
            raise self._damaged()
        self._fat = self._read_fat(difat, difat_count)
        self.entries = self._directory(self._chain(first))
        root = next((e for e in self.entries if e[1] == 5), None)
        if root is None:
            raise self._damaged()
        self._mini = self._chain(root[2])
        table = self._chain(mini_first) if mini_first != END else b""
        self._mini_fat = struct.unpack(f"<{len(table) // 4}I", table)

    @property
    def names(self) -> set[str]:
        """All storages and streams."""
        return {name for name, _, _, _ in self.entries}

    def stream(self, name: str) -> bytes:
        """A stream's bytes."""
        found = [e for e in self.entries if e[0] == name and e[1] == 2]
        if len(found) != 1:
            raise self._damaged()
        _, _, start, size = found[0]
        if size > len(self.data):
            raise self._damaged()
        data = self._chain(start) if size >= SMALL else self._mini_chain(start, size)
        if len(data) < size:
            raise self._damaged()
        return data[:size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        if start >= len(self.data):
            raise self._damaged()
        return self.data[start : start + self.size]

    def _read_fat(self, difat: int, count: int) -> tuple[int, ...]:
        numbers = list(struct.unpack_from("<109I", self.data, 76))
        for _ in range(count):
            if difat in (END, FREE):
                break
            table = struct.unpack(f"<{self.size // 4}I", self._whole(difat))
            numbers += table[:-1]
            difat = table[-1]
            if len(numbers) * self.size > 2 * len(self.data) + 109 * self.size:
                raise self._damaged()
        fat: list[int] = []
        for number in numbers:
            if number not in (END, FREE):
                fat += struct.unpack(f"<{self.size // 4}I", self._whole(number))
            if len(fat) * 4 > len(self.data) + 200 * self.size:
                raise self._damaged()
        return tuple(fat)

    def _whole(self, number: int) -> bytes:
        sector = self._sector(number)
        if len(sector) != self.size:
            raise self._damaged()
        return sector

    def _chain(self, number: int) -> bytes:
        parts: list[bytes] = []
        seen: set[int] = set()
        while number != END:
            if number in seen or number >= len(self._fat):
                raise self._damaged()
            seen.add(number)
            parts.append(self._sector(number))
            number = self._fat[number]
        return b"".join(parts)

    def _mini_chain(self, number: int, size: int) -> bytes:
        parts: list[bytes] = []
        while number != END and len(parts) * self.mini_size < size:
            if number >= len(self._mini_fat):
                raise self._damaged()
            parts.append(self._mini[number * self.mini_size : (number + 1) * self.mini_size])
            number = self._mini_fat[number]
        return b"".join(parts)

    def _directory(self, data: bytes) -> list[tuple[str, int, int, int]]:
        """Name, type (1 storage, 2 stream, 5 root), first sector and size of each entry."""
        entries = []
        for i in range(0, len(data) - 127, 128):
            length, kind = struct.unpack_from("<HB", data, i + 64)
            if kind in (1, 2, 5) and 2 <= length <= 64:
                start, size = struct.unpack_from("<II", data, i + 116)
                entries.append((data[i : i + length - 2].decode("utf-16-le", "replace"), kind, start, size))
        return entries

    def _damaged(self) -> UnreadableDelivery:
        return refuse(
            "the workbook's container is damaged or cut off", self.name, "bad_container",
            expected="a whole file, as it was saved", todo="send the file again, or save it as XLSX and deliver that",
        )  # fmt: skip
