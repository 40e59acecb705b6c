"""The wire between the process that asks for a file and the child that reads it: sheets as a stream of small frames.

Turning sheets into frames and frames into sheets belongs here; processes and limits do not (`child.py`, `worker.py`).
Frames hold plain values only (texts, numbers, bytes, lists): the reader of a frame makes no other objects, whatever it says.
"""

from __future__ import annotations

import io
import pickle
import struct
from array import array
from collections.abc import Callable, Iterator
from dataclasses import astuple
from itertools import islice, pairwise, zip_longest
from typing import Any

from warehouse.deliveries.readers.cells import CodedColumn, Column, as_series
from warehouse.deliveries.readers.sheet import Notice, RawSheet
from warehouse.errors import UnreadableDelivery

HEADER = struct.Struct(">Q")
CHUNK = 100_000  # texts in a frame
BLOCK = 200_000  # cells of a large table in a frame


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """No objects."""
        raise pickle.UnpicklingError("only plain values cross the wire")


def pack(value: Any) -> bytes:
    """A plain value as bytes."""
    return pickle.dumps(value, protocol=5)


def unpack(frame: bytes | bytearray) -> Any:
    """A plain value from bytes."""
    return _Plain(io.BytesIO(frame)).load()


class PackedColumn(Column):
    """A column of texts as it goes over the wire, in parts: a third of what lists of texts take. Unpacked when asked for."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[bytes]) -> None:
        """Each part is a packed list of texts."""
        self.parts, self.kinds = parts, None

    def __getattr__(self, name: str) -> Any:
        """The texts, from the first time on that they are looked at."""
        if name != "_texts":
            raise AttributeError(name)
        self._texts = [text for part in self.parts for text in unpack(part)]
        return self._texts


class RowSheet(RawSheet):
    """A large table whose rows are read while they are sent: `rows_of` gives them from the first on, short ones as they are."""

    def __init__(
        self, name: str, rows_of: Callable[[], Iterator[list[str]]], width: int, height: int, notices: list[Notice]
    ) -> None:
        """Nothing is read yet."""
        super().__init__(name, notices=tuple(notices), columns=[], height=height)
        object.__setattr__(self, "rows_of", rows_of)
        object.__setattr__(self, "wide", width)

    rows_of: Callable[[], Iterator[list[str]]]
    wide: int

    def blocks(self) -> Iterator[list[list[str]]]:
        """Some rows at a time, as columns."""
        rows, at_once = self.rows_of(), max(50, BLOCK // max(1, self.wide))
        while chunk := list(islice(rows, at_once)):
            chunk[0] = chunk[0] + [""] * (self.wide - len(chunk[0]))
            yield [list(cells) for cells in zip_longest(*chunk, fillvalue="")]


def frames(sheets: list[RawSheet]) -> Iterator[bytes]:
    """The sheets, one frame for each, then its distinct cells, then its columns."""
    for sheet in sheets:
        if isinstance(sheet, RowSheet):
            yield from _rows(sheet)
            continue
        coded = [c for c in sheet.columns if isinstance(c, CodedColumn)]
        table = coded[0].table if coded and len(coded) == len(sheet.columns) else None
        notices = [astuple(notice) for notice in sheet.notices]
        parts = range(0, len(table.texts), CHUNK) if table else ()
        yield pack(("sheet", sheet.name, sheet.hidden, notices, sheet.height, sheet.merged, sheet.width, len(parts)))
        for i in parts:
            assert table is not None
            yield pack((table.texts[i : i + CHUNK], bytes(table.kinds[i : i + CHUNK])))
        for column in sheet.columns:
            if table and isinstance(column, CodedColumn):
                yield pack(column.ids.tobytes())
            else:
                yield from _plain(column)
    yield pack(("done",))


def _rows(sheet: RowSheet) -> Iterator[bytes]:
    """The sheet with its number of parts below zero, its blocks of rows, and an empty one."""
    notices = [astuple(notice) for notice in sheet.notices]
    yield pack(("sheet", sheet.name, sheet.hidden, notices, sheet.height, sheet.merged, sheet.wide, -1))
    for block in sheet.blocks():
        yield pack(block)
    yield pack([])


def _plain(column: Column) -> Iterator[bytes]:
    """How many parts the texts have, and the kinds; then the parts. A packed column is empty afterwards."""
    packed = isinstance(column, PackedColumn)
    parts = column.parts if isinstance(column, PackedColumn) else [pack(list(column.texts()))]
    yield pack((len(parts), None if packed else column.kinds))
    while parts:
        yield parts.pop(0)


def refused(error: UnreadableDelivery) -> bytes:
    """A refusal as a frame."""
    return pack(("refused", error.what, error.where, error.expected, error.todo, error.code))


def receive(incoming: Iterator[bytes | bytearray]) -> list[RawSheet]:
    """The sheets from their frames. Raises UnreadableDelivery where the child refused."""
    sheets: list[RawSheet] = []
    while True:
        kind, *rest = unpack(next(incoming))
        if kind == "done":
            return sheets
        if kind == "refused":
            what, where, expected, todo, code = rest
            raise UnreadableDelivery(what, where=where, expected=expected, todo=todo, code=code)
        name, hidden, notices, height, merged, width, parts = rest
        if parts < 0:
            columns = _blocks(incoming, width)
        else:
            columns = _coded(incoming, width, parts) if parts else [_received(incoming) for _ in range(width)]
        sheets.append(
            RawSheet(
                name,
                hidden=hidden,
                notices=tuple(Notice(*n) for n in notices),
                columns=columns,
                height=height,
                merged=merged,
            )
        )


def _blocks(incoming: Iterator[bytes | bytearray], width: int) -> list[Column]:
    """The columns of a large table, in little memory."""
    from warehouse.deliveries.readers.compact import Builder

    builders = [Builder() for _ in range(width)]
    while block := unpack(next(incoming)):
        for builder, texts in zip(builders, block, strict=True):
            builder.add(texts)
    return [builder.column() for builder in builders]


def _received(incoming: Iterator[bytes | bytearray]) -> Column:
    """A column of texts, as a series at once: Polars holds texts in less space than Python does."""
    import polars as pl

    parts, kinds = unpack(next(incoming))
    texts = [pl.Series("", unpack(next(incoming)), dtype=pl.String) for _ in range(parts)]
    return Column(pl.concat(texts, rechunk=True) if texts else pl.Series("", [], dtype=pl.String), kinds)


def _coded(incoming: Iterator[bytes | bytearray], width: int, parts: int) -> list[Column]:
    import numpy as np
    import polars as pl

    texts: list[pl.Series] = []
    kinds: list[bytes] = []
    for _ in range(parts):
        some, their_kinds = unpack(next(incoming))
        texts.append(pl.Series("", some, dtype=pl.String))
        kinds.append(their_kinds)
    table, kind_of = pl.concat(texts), np.frombuffer(b"".join(kinds), dtype=np.uint8)
    columns: list[Column] = []
    while len(columns) < width:
        ids, heights = array("I"), [0]
        while len(columns) + len(heights) <= width and len(ids) < BLOCK:  # some columns in one go: a call costs more
            ids.frombytes(unpack(next(incoming)))
            heights.append(len(ids))
        texts_of, kinds_of = table.gather(as_series(ids)), kind_of[np.frombuffer(ids, dtype=np.uint32)].tobytes()
        columns += [Column(texts_of[a:b], kinds_of[a:b]) for a, b in pairwise(heights)]
    return columns
