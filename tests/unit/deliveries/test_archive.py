"""ZIP archives: members by the same rules, sheets named by member, hostile archives refused."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.toy import write_rows
from warehouse.deliveries.readers.archive import is_archive, read_archive
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.readers.text import read_text
from warehouse.deliveries.readers.workbook import read_workbook
from warehouse.errors import UnreadableDelivery

MAIN, REPEAT = b"_index;place\n1;Osh\n", b"_index;_parent_table_name;_parent_index\n1;main;1\n"


def packed(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def read_one(data: bytes, name: str) -> list[RawSheet]:
    return read_workbook(data, name) if data.startswith(b"PK") else read_text(data, name)


def read(data: bytes) -> list[RawSheet]:
    return read_archive(data, "round.zip", read_one)


def code(data: bytes) -> str:
    with pytest.raises(UnreadableDelivery) as caught:
        read(data)
    assert caught.value.where.startswith("round.zip")
    return caught.value.code


def test_a_set_of_tables_comes_out_as_a_workbook_would(tmp_path: Path) -> None:
    book = write_rows(tmp_path / "book.xlsx", [["a"], [1]], "data", more=[["b"]]).read_bytes()
    assert not is_archive(book)
    data = packed({"form/main.csv": MAIN, "form/family.csv": REPEAT, "book.xlsx": book})
    assert is_archive(data)
    sheets = read(data)
    assert [s.name for s in sheets] == ["main", "family", "book/data", "book/more"]
    assert sheets[1].texts(1) == ["1", "main", "1"]


def test_members_of_the_same_name_keep_their_folder() -> None:
    assert [s.name for s in read(packed({"r1/data.csv": MAIN, "r2/data.csv": MAIN}))] == ["r1/data", "r2/data"]


def test_what_systems_add_is_left_out_and_noticed() -> None:
    litter = {"__MACOSX/._main.csv": b"\0\5", ".DS_Store": b"\0", "x/Thumbs.db": b"\0", "main.csv": MAIN}
    (sheet,) = read(packed(litter))
    assert [n.code for n in sheet.notices if n.code == "ignored_members"] == ["ignored_members"]


def test_one_archive_inside_another_is_opened_and_no_deeper() -> None:
    inner = packed({"main.csv": MAIN})
    (sheet,) = read(packed({"inner.zip": inner}))
    assert sheet.name == "inner/main"
    assert code(packed({"outer.zip": packed({"inner.zip": inner})})) == "nested_archive"


@pytest.mark.parametrize(
    "name", ["../x.csv", "/x.csv", "a/../../x.csv", "C:\\x.csv", "a\\b.csv", "a//b.csv", "./x.csv"]
)
def test_unsafe_names_are_refused(name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("x" * len(name)), MAIN)
    assert code(out.getvalue().replace(b"x" * len(name), name.encode())) == "bad_zip"


def test_links_passwords_and_repeated_names_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("main.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert code(out.getvalue()) == "bad_zip"
    assert code(packed({"Main.csv": MAIN, "main.csv": MAIN})) == "bad_zip"
    locked = bytearray(packed({"main.csv": MAIN}))
    locked[6] |= 1
    locked[locked.index(b"PK\1\2") + 8] |= 1
    assert code(bytes(locked)) == "password"


def test_bombs_are_refused_before_they_are_inflated() -> None:
    assert code(packed({"main.csv": b"0" * (30 * 2**20)})) == "zip_bomb"
    assert code(packed({f"m{i}.csv": b"a,b\n" for i in range(1001)})) == "zip_bomb"
    two = packed({"a.csv": MAIN, "b.csv": MAIN}, zipfile.ZIP_STORED)
    at = two.rindex(b"PK\1\2")
    assert code(two[: at + 42] + b"\0\0\0\0" + two[at + 46 :]) == "zip_bomb"  # both members share their bytes


def test_lying_sizes_and_damage_are_refused() -> None:
    data = packed({"main.csv": MAIN * 50})
    at = data.index(b"PK\1\2") + 24
    for size in (1, len(MAIN), len(MAIN) * 50 + 1, 2**31):
        assert code(data[:at] + size.to_bytes(4, "little") + data[at + 4 :]) in {"bad_zip", "zip_bomb"}
    for cut in range(4, len(data), 7):
        assert code(data[:cut]) == "bad_zip"
    for i in range(40, at - 24, 5):
        broken = bytearray(data)
        broken[i] ^= 0xFF
        assert code(bytes(broken)) == "bad_zip"


def test_a_member_that_is_refused_refuses_the_archive_and_is_named() -> None:
    with pytest.raises(UnreadableDelivery) as caught:
        read(packed({"main.csv": MAIN, "bad.csv": b"a,b\n1\n"}))
    assert (caught.value.code, caught.value.where) == ("ragged_rows", "round.zip/bad.csv, line 2")
    assert code(packed({"__MACOSX/x": b""})) == "empty_file"


@pytest.mark.parametrize("page", ["cp866", "utf-8"])
def test_russian_names_of_members_are_told_without_a_mark(page: str) -> None:
    name = "Область Ошская.csv"
    out = io.BytesIO()
    holder = "x" * len(name.encode(page))
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(holder, MAIN)
    (sheet,) = read(out.getvalue().replace(holder.encode(), name.encode(page)))
    assert sheet.name == "Область Ошская"


def test_limits_are_those_of_workbooks() -> None:
    import warehouse.deliveries.readers.archive as archive
    import warehouse.deliveries.readers.workbook as workbook

    limits: list[Any] = ["MAX_INFLATED", "MAX_PART", "MAX_RATIO"]
    assert [getattr(archive, n) for n in limits] == [getattr(workbook, n, getattr(archive, n)) for n in limits]
