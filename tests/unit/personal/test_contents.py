"""What stands packed, compressed or in pages of a database is unpacked before it is searched."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse.errors import MtmError
from warehouse.personal import scan
from warehouse.personal.contents import contents
from warehouse.settings import Home

NAME, PHONE = "Зурзбек Кватманов", 999712345678


def put(folder: Path, kind: str) -> Path:
    path = folder / f"x.{kind}"
    if kind == "gz":
        path.write_bytes(gzip.compress(NAME.encode()))
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.gz", gzip.compress(NAME.encode()))
    elif kind == "parquet":
        pl.DataFrame({"n": [NAME] * 50, "phone": [PHONE] * 50}).write_parquet(path, compression="zstd")
    elif kind == "duckdb":
        with duckdb.connect(str(path)) as con:
            con.execute("CREATE TABLE t AS SELECT ? || '' AS n, ?::BIGINT AS phone FROM range(3000)", [NAME, PHONE])
    else:
        with sqlite3.connect(path) as con:
            con.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, event TEXT)")
            con.executemany("INSERT INTO t (event) VALUES (?)", [(("y" * n) + NAME,) for n in range(4000, 4100, 3)])
    return path


@pytest.mark.parametrize("kind", ["gz", "zip", "parquet", "duckdb", "sqlite"])
def test_values_are_found_in_files_of_all_kinds(home: Home, kind: str) -> None:
    path = put(home.published, kind)
    result = scan.search_home(home, [NAME, str(PHONE)])
    assert result.hits and all(place.startswith(f"published/{path.name}") for place in result.hits)
    assert NAME not in str(result.as_dict())
    if kind in ("parquet", "duckdb"):
        assert any(place.endswith("phone") for place in result.hits)


def test_rows_of_a_database_that_were_searched_are_not_searched_again(home: Home) -> None:
    path, since = put(home.published, "sqlite"), dict[str, int]()
    first, again = list(contents(path, since)), list(contents(path, since))
    assert any(NAME.encode() in data for _, data in first) and since == {"t": 34}
    assert not any(NAME.encode() in data for _, data in again)


def test_a_file_that_can_not_be_opened_is_no_clean_file(home: Home) -> None:
    (home.published / "broken.duckdb").write_bytes(b"\0" * 8 + b"DUCK" + b"\1" * 100)
    with pytest.raises(MtmError) as raised:
        scan.search_home(home, [NAME])
    assert raised.value.code == "not_searched"


def test_names_of_files_are_searched_and_not_told(home: Home) -> None:
    (home.published / f"{NAME}.txt").write_bytes(b"")
    result = scan.search_home(home, [NAME])
    assert sum(result.hits.values()) == 1 and NAME not in str(result.hits)
