"""Formats: which reader takes a file, decided by its first bytes; and the reading itself, in this process.

The choice of reader belongs here; the readers are modules of their own, imported when they are needed. Files from outside
are read through `open.read_file`, which does this in a child process.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from typing import Any

from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.deliveries.readers.stream import Data, Stream
from warehouse.errors import UnreadableDelivery

ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES = 200 * 2**20  # of a file that is no text
MAX_NESTING = 1  # an archive inside an archive is refused


@dataclass(frozen=True)
class Format:
    """A reader: its module and function, and the libraries that it loads (before the limit on memory is set)."""

    module: str
    function: str
    libraries: tuple[str, ...] = ()


FORMATS = {
    "text": Format("text", "read_text"),
    "json": Format("json_file", "read_json"),
    "parquet": Format("parquet_file", "read_parquet", ("polars", "pyarrow.parquet")),
    "sav": Format("statistics_file", "read_sav", ("pyreadstat",)),
    "dta": Format("statistics_file", "read_dta", ("pyreadstat",)),
    "archive": Format("archive", "read_archive"),
    "workbook": Format("workbook", "read_workbook"),
}
UNKNOWN = {
    b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"\x1f\x8b": "a gzip archive", b"BZh": "a bzip2 archive", b"\xfd7zXZ": "an xz archive", b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive", b"\x28\xb5\x2f\xfd": "a zstd archive", b"SQLite format 3": "an SQLite database",
    b"{\\rtf": "a text document (RTF)", b"\x89HDF": "an HDF5 file", b"HEADER RECORD***": "a SAS transport file",
    b"\x09\x00": "a workbook of Excel 2", b"\x09\x02": "a workbook of Excel 3", b"\x09\x04": "a workbook of Excel 4",
    b"\x09\x08": "a workbook stream without its container",
}  # fmt: skip
MARKUP = (b"<?xml", b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<style", b"mime-version")
DTA_VERSIONS = (104, 105, 108, 110, 111, 112, 113, 114, 115)
WORKBOOK_ENDINGS = (".xlsx", ".xls", ".ods", ".xlsm", ".xlsb", ".xltx", ".xltm")


def detect(data: Data, name: str) -> str:
    """The format of a file. Raises UnreadableDelivery where no reader takes it."""
    if not data:
        raise unknown("the file is empty", name, "empty_file")
    if data.startswith((ZIP, OLE)):
        return "workbook"
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith((b"$FL2", b"$FL3")):
        return "sav"
    if data.startswith(b"<stata_dta>") or (
        data[0] in DTA_VERSIONS and data[1:2] in (b"\1", b"\2") and data[2:3] == b"\1"
    ):
        return "dta"
    if name.lower().endswith(WORKBOOK_ENDINGS):
        raise unknown("the file is named like a workbook but is none", name, "not_a_workbook")
    if found := next((kind for magic, kind in UNKNOWN.items() if data.startswith(magic)), None):
        raise unknown(f"the file is {found}", name)
    return _detect_text(data, name)


def _detect_text(data: Data, name: str) -> str:
    start = bytes(data[:256]).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:16].lower().startswith(MARKUP):
        raise unknown("the file is a page of HTML or XML", name)
    if start[:1] in (b"{", b"["):
        end = bytes(data[-256:]).rstrip(b"\0 \t\r\n")[-1:]
        if end in (b"}", b"]"):
            return "json"
    return "text"


def read_bytes(data: Data, name: str, nesting: int = 0) -> list[RawSheet]:
    """The sheets of a file's bytes, in this process. Raises UnreadableDelivery."""
    kind = detect(data, name)
    if isinstance(data, Stream):
        return _read_stream(data, name, kind, nesting)
    if kind == "workbook" and data.startswith(ZIP):
        from warehouse.deliveries.readers.workbook import is_archive, open_container

        container = open_container(data, name)
        if is_archive(container):
            return _read_archive(data, name, nesting)
    sheets: list[RawSheet] = load(kind)(data, name)
    return sheets


def _read_stream(data: Stream, name: str, kind: str, nesting: int) -> list[RawSheet]:
    """A large file: row by row where it is a text, member by member where it is an archive, else as a whole."""
    from warehouse.deliveries.readers.archive import is_archive

    sheets: list[RawSheet]
    if kind == "text":
        sheets = load(kind)(data, name)
        return sheets
    if is_archive(data):
        return _read_archive(data, name, nesting)
    if len(data) > MAX_BYTES:
        raise unknown(f"the file has {len(data) >> 20} MB", name, "too_large")
    with data.open() as source:
        return read_bytes(source.read(), name, nesting)


def _read_archive(data: Data, name: str, nesting: int) -> list[RawSheet]:
    if nesting >= MAX_NESTING:
        raise refuse("the archive holds another archive", name, "nested_archive", expected="an archive of tables")
    sheets: list[RawSheet] = load("archive")(data, name, lambda d, n: read_bytes(d, n, nesting + 1))
    return sheets


def load(kind: str) -> Any:
    """The reader of a format."""
    form = FORMATS[kind]
    path = f"warehouse.deliveries.readers.{form.module}"
    if importlib.util.find_spec(path) is None:
        raise unknown(f"there is no reader for this format ({kind})", kind)
    module = importlib.import_module(path)
    return getattr(module, form.function)


def unknown(what: str, name: str, code: str = "unknown_format") -> UnreadableDelivery:
    """The refusal of a file that no reader takes."""
    return refuse(
        what, name, code, expected="an XLSX, XLS, ODS, CSV, TSV, JSON, Parquet, SPSS or Stata file with a table, or a ZIP of these",
        todo="export it again",
    )  # fmt: skip
