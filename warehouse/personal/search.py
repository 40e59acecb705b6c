"""Looking for many values in bytes at once, in all their spellings. Counts come out, never a value.

Only the search belongs here. Every pattern is known by its last seven bytes: a table of bits says for each position of a
buffer whether any pattern can end there, and only these few positions are looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from warehouse.personal.forms import hashed, is_number, spellings, written

KEY = 7  # bytes
CELL = b"\x1f"  # stands around every cell that was decoded
AT_ONCE = 50_000  # values: each has some thirty patterns, which take five kilobytes
_BITS, _MIX, _MASK = 24, np.uint64(0x9E3779B97F4A7C15), np.uint64((1 << 8 * KEY) - 1)
_PART = 1 << 17  # what is worked on stays near the processor
_GAPS = 1 << 20  # bytes from which on empty pages are looked for
_PAGE = 256  # bytes; of a run of empty ones only the first and the last are searched
_DIGIT = frozenset(b"0123456789")
_HEX = frozenset(b"0123456789abcdefABCDEF")
_WORD = re.compile(r"[A-Za-z][a-z]{3,}")  # one word in Latin letters: only ever looked for as a whole cell

Words = npt.NDArray[np.uint64]


@dataclass
class Needles:
    """The patterns of some values. `of` tells whose a pattern is, by the value's number."""

    values: list[str] = field(default_factory=list)
    of: dict[bytes, int] = field(default_factory=dict)
    numbers: set[bytes] = field(default_factory=set)  # these count only where no digit stands beside them
    _keys: Words = field(default_factory=lambda: np.empty(0, np.uint64))  # sorted
    _lengths: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))  # of the pattern of each key
    _holed: bool = False  # a pattern spans a run of empty pages: then every byte is searched
    _table: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1 << _BITS, np.bool_))

    @classmethod
    def made_of(cls, values: Iterable[str], *, encoded: bool = True) -> Needles:
        """Patterns of values; without `encoded` only as people write them (to be asked whether they are known words)."""
        made = cls(sorted(set(values)))
        for number, value in enumerate(made.values):
            made._add(number, value, encoded)
        made._index()
        return made

    @classmethod
    def in_parts(cls, values: Iterable[str], *, encoded: bool = True) -> Iterator[Needles]:
        """The same, so many values at a time that their patterns never fill the memory; at least once, be it for none."""
        ordered = sorted(set(values))
        for start in range(0, max(1, len(ordered)), AT_ONCE):
            yield cls.made_of(ordered[start : start + AT_ONCE], encoded=encoded)

    def _add(self, number: int, value: str, encoded: bool) -> None:
        if _WORD.fullmatch(value):
            self.of.setdefault(CELL + value.encode() + CELL, number)
            return
        for spelling in spellings(value):
            plain = spelling.encode("utf-8", "surrogatepass")
            if is_number(spelling):
                self.numbers |= {plain, plain[::-1]}
            patterns = [plain, *(t.encode("utf-8", "surrogatepass") for t in (spelling.lower(), spelling.upper()))]
            patterns += [*written(spelling), *hashed(spelling)] if encoded else []
            self.of.update(dict.fromkeys(patterns, number))

    def _index(self) -> None:
        for short in [pattern for pattern in self.of if len(pattern) < KEY]:
            del self.of[short]
        ends = np.frombuffer(b"".join([pattern[-KEY:] + b"\0" for pattern in self.of]), "<u8")
        lengths = np.fromiter(map(len, self.of), np.int64, len(self.of))
        order = np.lexsort((lengths, ends))
        self._keys, self._lengths = ends[order], lengths[order]
        single = np.ones(len(order), np.bool_)  # of each key every length once
        single[1:] = (self._keys[1:] != self._keys[:-1]) | (self._lengths[1:] != self._lengths[:-1])
        self._keys, self._lengths = self._keys[single], self._lengths[single]
        self._table[_mixed(self._keys)] = True
        self._holed = any(bytes(2 * _PAGE) in pattern for pattern in self.of if len(pattern) > 2 * _PAGE)

    def found_in(self, data: bytes) -> dict[int, int]:
        """Number of a value -> how often it stands in the bytes, in any spelling."""
        found: dict[int, int] = {}
        if not self.of:
            return found
        data = data if self._holed or len(data) < _GAPS else _without_gaps(data)
        for start in range(0, len(data), _PART):
            for position, length in self._candidates(data, start):
                begin = position + KEY - length
                number = self.of.get(data[begin : position + KEY]) if begin >= 0 else None
                if number is not None and self._stands(data, begin, position + KEY):
                    found[number] = found.get(number, 0) + 1
        return found

    def told_in(self, data: bytes) -> dict[str, int]:
        """Value -> how often it stands in the bytes."""
        return {self.values[number]: n for number, n in self.found_in(data).items()}

    def _candidates(self, data: bytes, start: int) -> Iterator[tuple[int, int]]:
        """Positions of this part at which the last bytes of a pattern begin, with each length that such a pattern has."""
        words = _windows(data[start : start + _PART + KEY - 1])
        likely = np.flatnonzero(self._table.take(_mixed(words), mode="wrap"))  # none lies outside: not to be looked at
        if not len(likely):
            return
        first = np.searchsorted(self._keys, words[likely], side="left")
        last = np.searchsorted(self._keys, words[likely], side="right")
        many = last - first
        found = np.repeat(likely + start, many)
        within = np.arange(len(found)) - np.repeat(np.cumsum(many) - many, many)
        lengths = self._lengths[np.repeat(first, many) + within]
        yield from zip(found.tolist(), lengths.tolist(), strict=True)

    def _stands(self, data: bytes, begin: int, end: int) -> bool:
        """Whether a number stands alone: not inside a longer number, a fraction or a hash."""
        if data[begin:end] not in self.numbers:
            return True
        alone = _DIGIT if end - begin >= 12 else _HEX
        before, after = data[begin - 1 : begin], data[end : end + 1]
        if (before and before[0] in alone) or (after and after[0] in alone):
            return False
        fraction = before in (b".", b",") and data[begin - 2 : begin - 1].isdigit()
        return not fraction and not (after in (b".", b",") and data[end + 1 : end + 2].isdigit())


def _without_gaps(data: bytes) -> bytes:
    """The bytes, of each run of empty pages only the first and the last: a database file is empty for the most part."""
    whole = len(data) // _PAGE * _PAGE
    empty = np.frombuffer(data, np.uint64, whole // 8).reshape(-1, _PAGE // 8).max(axis=1) == 0
    inside = np.zeros(len(empty), np.bool_)
    inside[1:-1] = empty[1:-1] & empty[:-2] & empty[2:]
    pages = np.frombuffer(data, np.uint8, whole).reshape(-1, _PAGE)
    return pages[~inside].tobytes() + data[whole:]


def _windows(part: bytes) -> Words:
    """The seven bytes from each position on, as numbers."""
    count = len(part) - KEY + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    words: Words = np.ndarray((count,), "<u8", part + b"\0", 0, (1,)) & _MASK  # they overlap: each begins a byte later
    return words


def _mixed(words: Words) -> npt.NDArray[np.int64]:
    mixed = words * _MIX
    mixed >>= np.uint64(64 - _BITS)
    return mixed.view(np.int64)
