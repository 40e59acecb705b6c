"""Hostile and broken workbooks: each is read exactly, or refused with code and place, and the reader lives on."""

from __future__ import annotations

import random
import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.deliveries import hostile
from tests.unit.deliveries.hostile_others import all_cases, good_xls
from warehouse.deliveries.readers.formats import read_bytes
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.errors import UnreadableDelivery

CASES = all_cases()
ROWS = [[c.date() if isinstance(c, datetime) else c for c in row] for row in hostile.good_rows()]


def test_there_are_more_than_a_hundred_of_them() -> None:
    assert len({name for name, *_ in CASES}) == len(CASES) > 150


@pytest.mark.parametrize(("name", "data", "code", "value"), CASES, ids=[case[0] for case in CASES])
def test_a_broken_workbook_is_refused_or_read_exactly(
    tmp_path: Path, name: str, data: bytes, code: str | None, value: object
) -> None:
    path = tmp_path / "delivery.xlsx"
    path.write_bytes(data)
    start = time.monotonic()
    try:
        sheets = read_file(path)
    except UnreadableDelivery as error:
        assert error.code and error.todo and error.expected and error.where.startswith("delivery.xlsx")
        assert code is not None or value is None, f"{name}: {error}"
        assert error.code == code or not code, f"{name}: {error}"
        if code in ("error_cell", "uncached_formula", "bad_number", "bad_style") and name.startswith("cell"):
            assert "sheet Data, cells A2" in error.where
    else:
        assert code is None, f"{name} was read"
        expected = [row[:] for row in ROWS]
        expected[1][0] = value if value is not None else 1
        assert list(sheets[0].rows) == expected
        assert list(sheets[1].rows) == [["notes"]]
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("make", [hostile.good_xlsx, good_xls])
def test_the_whole_workbook_is_read(tmp_path: Path, make: object) -> None:
    data, notes = read_bytes(make(), "delivery")  # type: ignore[operator]
    assert list(data.rows) == ROWS and list(notes.rows) == [["notes"]]
    assert data.notices == notes.notices == ()


def broken(whole: bytes, rng: random.Random) -> bytes:
    """The file with some bytes flipped, cut out, put in, or its end cut off."""
    data, at = bytearray(whole), rng.randrange(len(whole))
    kind = rng.randrange(4)
    if kind == 0:
        return bytes(data[:at])
    if kind == 1:
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == 2:
        del data[at : at + rng.randrange(1, 200)]
    else:
        data[at:at] = rng.randbytes(rng.randrange(1, 50))
    return bytes(data)


def contents(sheets: list[RawSheet]) -> list[tuple[str, list[list[object]]]]:
    return [(sheet.name, list(sheet.rows)) for sheet in sheets]  # type: ignore[misc]


def test_no_damage_to_the_file_is_read_as_something_else() -> None:
    whole, rng = hostile.good_xlsx(), random.Random(20261125)
    expected = contents(read_bytes(whole, "delivery"))
    refused = 0
    for _ in range(400):
        try:
            assert contents(read_bytes(broken(whole, rng), "delivery")) == expected
        except UnreadableDelivery as error:
            refused += bool(error.code)
    assert refused > 350


def test_no_damage_to_an_old_workbook_brings_the_reader_down() -> None:
    """XLS has no checksums: a flipped number is a number. But no damage may end in another way than a refusal."""
    whole, rng = good_xls(), random.Random(20261125)
    for _ in range(400):
        try:
            read_bytes(broken(whole, rng), "delivery")
        except UnreadableDelivery as error:
            assert error.code


def test_damage_inside_of_the_parts_is_read_as_openpyxl_does_or_refused() -> None:
    """Parts are damaged and packed again, so that no checksum helps: the same cells as openpyxl's, or a refusal."""
    from tests.unit.deliveries.oracles import openpyxl_rows, same_rows

    base, rng = hostile.parts_of(hostile.good_xlsx()), random.Random(20261125)
    parts = [part for part in base if part.startswith(("xl/", "[", "_rels")) and "theme" not in part]
    read = 0
    for _ in range(300):
        part = rng.choice(parts)
        data = hostile.packed({**base, part: broken(base[part], rng)})
        try:
            sheets = read_bytes(data, "delivery")
        except UnreadableDelivery:
            continue
        oracle = openpyxl_rows(data)
        if oracle is None:  # openpyxl stumbles over colours and fonts too
            assert contents(sheets)[0][1] == ROWS
            continue
        read += 1
        assert [s.name for s in sheets] == list(oracle)
        assert all(same_rows(list(s.rows), oracle[s.name]) for s in sheets)
    assert read
