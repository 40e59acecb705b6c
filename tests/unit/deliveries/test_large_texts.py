"""Texts that are read as streams: the same cells, notices and refusals as of bytes, and no more memory for more rows."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.deliveries.readers import archive, child, stream, wire, worker
from warehouse.deliveries.readers.compact import AT_ONCE, MOST_ODD, Builder, CompactColumn, NumberColumn
from warehouse.deliveries.readers.formats import read_bytes
from warehouse.deliveries.readers.limits import Limits, current, stated, use
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.readers.stream import Stream
from warehouse.errors import UnreadableDelivery

TEXTS = [
    b"a,b,c\r\n1,2,3\r\n4,5,\r\n",
    'имя;число\n"Ош; город";7\n"он сказал ""да""";8\n'.encode(),
    b"\xef\xbb\xbfsep=;\na;b\n1;2\n",
    "a\tb\n1\t2\n\n3\t4".encode("utf-16"),
    b"a,b\n1,2\n\x1a",
    b"Banner of a table here\n\na,b,c\nx,y,z\n",
    b"a,b\n1\n2,3\n",
    b'a,b\n"1,2\n',
    "a,b\nÃ©tÃ©,1\n".encode(),
]


def _stream(data: bytes) -> Stream:
    return Stream(lambda: io.BytesIO(data), len(data))


def _told(data: bytes | Stream) -> object:
    """Cells and notices as they arrive, or the refusal without the line that a stream does not count."""
    try:
        sheets = wire.receive(iter([bytearray(frame) for frame in wire.frames(read_bytes(data, "t.csv"))]))
    except UnreadableDelivery as error:
        return error.what, error.code
    return [(s.name, s.notices, s.height, s.width, [list(c.texts()) for c in s.columns]) for s in sheets]


@pytest.mark.parametrize("data", TEXTS)
def test_a_stream_is_read_as_bytes_are(data: bytes) -> None:
    assert _told(_stream(data)) == _told(data)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.text('ab1;," \n', max_size=4), min_size=2, max_size=2), min_size=1, max_size=8))
def test_any_table_is_read_as_bytes_are(rows: list[list[str]]) -> None:
    import csv

    out = io.StringIO()
    csv.writer(out).writerows([["head", "other"], *rows])
    data = out.getvalue().encode()
    assert _told(_stream(data)) == _told(data)


def test_a_stream_answers_as_bytes_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "STEP", 4)
    data = bytes(range(256)) * 3
    made = _stream(data)
    assert (len(made), made[:5], made[-5:], made[3]) == (768, data[:5], data[-5:], data[3])
    assert b"\x03\x04\x05" in made and b"\x05\x04" not in made
    assert made.holding([b"\x03\x04\x05\x06\x07", b"\x05\x04", b"\x00"]) == {b"\x03\x04\x05\x06\x07", b"\x00"}
    assert made.startswith(data[:3]) and made.endswith(data[-2:])
    assert b"".join(made.shorter(2).chunks(1)) == data[1:-2]


def test_members_of_a_zip_are_streams_when_they_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("main.csv", b"a,b\n1,2\n")
        packed.writestr("group.csv", b"c,d\n3,4\n")
    small = _told(out.getvalue())
    monkeypatch.setattr(archive, "LARGE", 4)
    assert isinstance(read_bytes(out.getvalue(), "t.zip")[0], wire.RowSheet)
    assert _told(out.getvalue()) == small == _told(_stream(out.getvalue()))


def test_a_large_member_that_is_no_text_counts_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("x.parquet", b"PAR1" + bytes(range(256)) * 8)
    monkeypatch.setattr(archive, "LARGE", 4)
    monkeypatch.setattr(archive, "MAX_PART", 100)
    with pytest.raises(UnreadableDelivery) as refused:
        read_bytes(out.getvalue(), "t.zip")
    assert refused.value.code == "zip_bomb"


def test_columns_hold_each_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, builder = [str(i % 300) for i in range(AT_ONCE + 700)], Builder()
    for start in range(0, len(texts), 777):
        builder.add(texts[start : start + 777])
    column = builder.column()
    assert isinstance(column, CompactColumn) and list(column.texts()) == texts
    assert column.numbers.dtype.to_python() is int and column.numbers.estimated_size() == 2 * len(texts)
    assert [column[5], column.kind(5), len(column)] == ["5", 1, len(texts)]
    assert list(column.piece(1, 10, 12).texts()) == ["0", "10", "11"]
    own = Builder()
    own.add([f"u{i}" for i in range(AT_ONCE + 5)])
    own.add(["u0", ""])
    assert not isinstance(own.column(), CompactColumn) and own.column()[AT_ONCE + 5] == "u0"


@pytest.mark.parametrize("odd", [["index"], ["007", "+5", " 9", "1.0", "-3", "4294967296"], ["x"] * (MOST_ODD + 1)])
def test_numbers_that_hardly_repeat_are_kept_as_numbers(odd: list[str]) -> None:
    numbers = [str(i * 7) for i in range(AT_ONCE)]
    texts = [odd[0], *numbers, "", *odd[1:], "0", "12"]
    builder = Builder()
    for start in range(0, len(texts), 20_000):
        builder.add(texts[start : start + 20_000])
    column = builder.column()
    assert isinstance(column, NumberColumn) == (len(odd) <= MOST_ODD)
    assert list(column.texts()) == texts and [column[i] for i in (0, 1, AT_ONCE + 1, -1)] == [odd[0], "0", "", "12"]
    assert [column.kind(i) for i in (0, 1, AT_ONCE + 1)] == [1, 1, 0] and len(column) == len(texts)
    assert list(column.piece(1, AT_ONCE, len(texts)).texts()) == [texts[0], *texts[AT_ONCE:]]


def test_limits_of_texts_are_data_and_reach_the_child() -> None:
    assert stated().text_bytes > 2**30 and current() == Limits()
    try:
        use(10, 3)
        with pytest.raises(UnreadableDelivery) as refused:
            read_bytes(b"a,b\n1,2\n", "t.csv")
        assert refused.value.code == "too_large"
    finally:
        use(Limits().text_bytes, Limits().text_cells)


def test_a_large_file_is_read_in_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"a,b\n1,2\n")
    monkeypatch.setattr(worker, "LARGE", 4)
    assert isinstance(worker._data(path), Stream)
    assert child.inflated(path) == 8


def test_a_text_that_begins_with_a_word_of_the_wire_is_a_text() -> None:
    sheet = RawSheet("s", [["failed", "memory"], ["1", "2"]])
    (back,) = wire.receive(iter([bytearray(f) for f in wire.frames([sheet])]))
    assert back.texts(0) == ["failed", "memory"]
    assert not child._failed(["failed", "x"]) and child._failed(("failed", "ValueError"))
