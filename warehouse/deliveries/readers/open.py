"""From a file to its sheets: the first bytes decide which reader, not the ending.

Only the choice of reader belongs here.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.deliveries.readers.archive import is_archive, read_archive
from warehouse.deliveries.readers.parquet_file import read_parquet
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.readers.statistics_file import SPSS, is_stata, read_dta, read_sav
from warehouse.deliveries.readers.text import read_text
from warehouse.deliveries.readers.workbook import read_workbook
from warehouse.errors import UnreadableDelivery

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BINARY = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"\x1f\x8b": "a gzip archive"}
MAX_BYTES = 200 * 2**20


def read_file(path: Path, name: str | None = None) -> list[RawSheet]:
    """The sheets of a file. `name` is what the file was called when it was delivered (for messages).

    Raises UnreadableDelivery (exit 4) where the file is empty, too large or of no known kind.
    """
    name = name or path.name
    return read_bytes(_bytes(path, name), name)


def read_bytes(data: bytes, name: str) -> list[RawSheet]:
    """The sheets of a file's bytes."""
    if is_archive(data):
        return read_archive(data, name, read_bytes)
    if data.startswith(b"PAR1"):
        return read_parquet(data, name)
    if data.startswith(SPSS):
        return read_sav(data, name)
    if is_stata(data):
        return read_dta(data, name)
    if data.startswith((ZIP, OLE)):
        return read_workbook(data, name)
    for magic, kind in BINARY.items():
        if data.startswith(magic):
            raise _unknown(f"the file is {kind}", name)
    return read_text(data, name)


def _bytes(path: Path, name: str) -> bytes:
    if not path.is_file():
        raise _unknown("there is no such file", name)
    size = path.stat().st_size
    if size == 0:
        raise _unknown("the file is empty", name, "empty_file")
    if size > MAX_BYTES:
        raise _unknown(f"the file has {size >> 20} MB", name, "too_large")
    return path.read_bytes()


def _unknown(what: str, name: str, code: str = "unknown_format") -> UnreadableDelivery:
    return UnreadableDelivery(
        what, where=name, expected="an XLSX, XLS, ODS, CSV or TSV file with a table", todo="export it again", code=code
    )
