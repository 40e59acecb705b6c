"""SPSS (`.sav`, `.zsav`) and Stata (`.dta`) files to two sheets: the cases, and a sheet `labels` that says what codes mean.

Only these formats belong here. Row 1 of the cases holds the variables' names. A cell carries the label of its value where
there is one, as an export with labels does; the sheet `labels` leads from each label back to its code. Where two codes of a
variable share a label, or a label looks like another code, the variable keeps its codes. Missing values that a user declared
are values; a value that was never entered gives no cell.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import Any

from warehouse.deliveries.readers.codepages import decide
from warehouse.deliveries.readers.refusal import refuse
from warehouse.deliveries.readers.sheet import Cell, Notice, RawSheet, cell_text
from warehouse.errors import UnreadableDelivery

STATA = b"<stata_dta>"
LABELS = ("variable", "variable label", "value", "label", "missing")
MAX_CELLS = 50_000_000
TRUSTED = ("utf-8", "utf8", "windows-1251", "cp1251", "1251")  # encodings that nobody declares by default
DATES = ("MOYR", "QYR", "WKYR")  # dates of SPSS that the library leaves as seconds if it is not told
Case = dict[str, list[Any]]


def read_sav(data: bytes, name: str) -> list[RawSheet]:
    """The cases and labels of an SPSS file. Raises UnreadableDelivery where it is damaged or its letters are not certain."""
    import pyreadstat

    sheets = _read(pyreadstat.read_sav, data, name, trusted=False)
    if len(data) >= 84 and struct.unpack("<i", data[80:84])[0] == -1:
        what = "the file does not say how many cases it holds: a cut at its end can't be seen"
        sheets[0] = _noticed(sheets[0], Notice("unknown_length", "review", what, todo="compare the number of cases"))
    return sheets


def read_dta(data: bytes, name: str) -> list[RawSheet]:
    """The cases and labels of a Stata file. Raises UnreadableDelivery where it is damaged or its letters are not certain."""
    import pyreadstat

    if data.startswith(STATA) and not data.endswith(b"</stata_dta>"):
        raise _refuse("the file is cut", name, "truncated")
    release = data[28:31] if data.startswith(STATA) else b"0"
    return _read(pyreadstat.read_dta, data, name, trusted=release >= b"118")  # from 118 on a file is UTF-8


def _read(reader: Callable[..., Any], data: bytes, name: str, trusted: bool) -> list[RawSheet]:
    meta = _opened(reader, data, name, metadataonly=True, encoding=None if trusted else "ISO-8859-1")[1]
    if (meta.number_rows or 0) * max(1, len(meta.column_names)) > MAX_CELLS:
        raise _refuse(f"the file holds {meta.number_rows} rows × {len(meta.column_names)} columns", name, "too_large")
    dates = [form for form in set(meta.original_variable_types.values()) if str(form).startswith(DATES)]
    if trusted or str(meta.file_encoding or "").lower() in TRUSTED:
        return _sheets(*_opened(reader, data, name, extra_date_formats=dates), name)
    cases, meta = _opened(reader, data, name, encoding="ISO-8859-1", extra_date_formats=dates)
    encoding = _encoding(_texts(cases, meta), name)
    if encoding:
        cases, meta = _opened(reader, data, name, encoding=encoding, extra_date_formats=dates)
    return _sheets(cases, meta, name)


def _opened(reader: Callable[..., Any], data: bytes, name: str, **options: Any) -> tuple[Case, Any]:
    try:
        cases, meta = reader(io.BytesIO(data), user_missing=True, output_format="dict", **options)
    except UnicodeDecodeError:
        raise _refuse("the text is not in the encoding that the file says", name, "bad_encoding") from None
    except Exception as error:  # the library has its own errors, and Python's for dates beyond all bounds
        letters = "encoding" in str(error) or "convert string" in str(error)
        what = "the text is not in the encoding that the file says" if letters else "the file is cut or damaged"
        raise _refuse(what, name, "bad_encoding" if letters else "unreadable_file") from None
    return cases, meta


def _texts(cases: Case, meta: Any) -> set[str]:
    """All texts of a file that go beyond ASCII."""
    found = {v for column in cases.values() for v in column if isinstance(v, str) and not v.isascii()}
    told = [*meta.column_names, *(meta.column_labels or [])]
    told += [label for labels in meta.variable_value_labels.values() for label in labels.values()]
    return found | {text for text in told if text and not text.isascii()}


def _encoding(texts: set[str], name: str) -> str | None:
    """The encoding of texts that were read byte by byte; None where all is ASCII."""
    raw = "\n".join(sorted(texts)).encode("latin-1", "replace")
    if not raw:
        return None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        page = decide(raw)
        if page is None:
            raise _refuse("the encoding of the text is not certain", name, "bad_encoding") from None
        return {"cp1251": "WINDOWS-1251", "cp1252": "WINDOWS-1252"}[page]
    return "UTF-8"


def _sheets(cases: Case, meta: Any, name: str) -> list[RawSheet]:
    names = list(meta.column_names)
    if len({len(cases[n]) for n in names}) > 1 or meta.number_rows not in (
        None,
        -1,
        len(cases[names[0]]) if names else 0,
    ):
        raise _refuse("the file holds another number of cases than it says", name, "truncated")
    kept: list[str] = []
    columns = [_column(cases[n], meta, n, kept) for n in names]
    rows: list[list[Cell]] = [list(names), *map(list, zip(*columns, strict=True))]
    notices = [Notice("codes_kept", "note", f"{len(kept)} variables keep their codes: labels are not unique")] * bool(
        kept
    )
    labels: list[list[Cell]] = [list(LABELS), *(row for i, n in enumerate(names) for row in _labels(n, i, meta))]
    return [RawSheet(PurePath(name).stem or name, rows, False, tuple(notices)), RawSheet("labels", labels)]


def _column(values: list[Any], meta: Any, name: str, kept: list[str]) -> list[Cell]:
    """The cells of a variable: labels where they tell every code apart, else codes."""
    labels, plain = meta.variable_value_labels.get(name) or {}, _is_text(meta, name)
    cells = [_cell(v, plain) for v in values]
    if not labels:
        return cells
    codes = {cell_text(c) for v, c in zip(values, cells, strict=True) if c is not None and v not in labels}
    if len(set(labels.values())) < len(labels) or codes & set(labels.values()):
        kept.append(name)
        return cells
    return [labels.get(v, c) if v is not None else c for v, c in zip(values, cells, strict=True)]


def _is_text(meta: Any, name: str) -> bool:
    return bool(meta.readstat_variable_types.get(name) == "string")


def _labels(name: str, index: int, meta: Any) -> list[list[Cell]]:
    """The rows of a variable in the sheet `labels`: one for itself, one for each value with a label or declared missing."""
    about, plain = (meta.column_labels or [])[index : index + 1], _is_text(meta, name)
    label: Cell = about[0] if about else None
    labels = meta.variable_value_labels.get(name) or {}
    ranges = (meta.missing_ranges or {}).get(name) or []
    rows: list[list[Cell]] = [[name, label, None, None, None]]
    for value, text in labels.items():
        rows.append([name, label, _cell(value, plain), text, "yes" if _missing(value, ranges, plain) else None])
    bare = [r for r in ranges if r["lo"] != r["hi"] or r["lo"] not in labels]
    told = [_bound(r["lo"]) if r["lo"] == r["hi"] else f"{_bound(r['lo'])} to {_bound(r['hi'])}" for r in bare]
    return rows + [[name, label, text, None, "yes"] for text in told]


def _missing(value: Any, ranges: list[dict[str, Any]], plain: bool) -> bool:
    if isinstance(value, str):
        return not plain or any(r["lo"] == value for r in ranges)
    return any(not isinstance(r["lo"], str) and r["lo"] <= value <= r["hi"] for r in ranges)


def _bound(value: Any) -> str:
    return "any" if isinstance(value, float) and not math.isfinite(value) else cell_text(_cell(value, True))


def _cell(value: Any, plain: bool) -> Cell:
    """A value exactly; what was never entered gives no cell; Stata's own kinds of missing are `.a` to `.z`."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, str):
        return value if plain else f".{value}"
    if isinstance(value, bool | int | float | datetime | date | time | timedelta):
        return value
    raise TypeError(f"an unknown kind of value: {type(value).__name__}")


def _noticed(sheet: RawSheet, notice: Notice) -> RawSheet:
    object.__setattr__(sheet, "notices", (*sheet.notices, notice))
    return sheet


def _refuse(what: str, name: str, code: str) -> UnreadableDelivery:
    expected = "a whole SPSS or Stata file with its encoding, as the program saves it"
    return refuse(what, name, code, expected, "save it again, in Unicode (UTF-8), and check that it is copied whole")
