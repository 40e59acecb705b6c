"""The release as one workbook: a cover sheet, a sheet that explains every column, and a sheet for each mart.

Which sheets there are and how a mart is laid out in one belongs here; the cover is in `cover.py`, looks are in `styles.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.serving.package.csv_files import as_text
from warehouse.serving.package.styles import Styles, width_of
from warehouse.serving.package.tables import FLAG, Field, Table, quoted, sheet_names

if TYPE_CHECKING:
    import duckdb

    from warehouse.serving.package.about import About
    from warehouse.serving.source import ReleaseSource

HEAD = 3  # rows above the data: titles, names of columns, HXL tags
ROWS = 1_048_576  # what one sheet holds
LONGEST = 32_767  # characters of a cell
CELLS = 6_000_000  # from here on rows go to the disk one by one: memory before speed
PART = 50_000  # rows that are made at once
EXACT = 10**15  # whole numbers up to here are written without an exponent
COVER, COLUMNS = "about", "columns"
ENDINGS = ("_en", "_ru", "_ky")


@dataclass(frozen=True)
class Sheet:
    """One mart as a sheet: the columns it has here, and how many of its rows fit."""

    table: Table
    name: str
    fields: list[Field]
    rows: int

    @property
    def left_out(self) -> list[str]:
        """Columns of the mart that are not in the sheet: names in the other languages."""
        kept = {f.name for f in self.fields}
        return [f.name for f in self.table.fields if f.name not in kept]


def write_workbook(
    source: ReleaseSource, path: Path, *, lang: str = "en", only: list[str] | None = None, most: int = ROWS
) -> None:
    """Write the workbook. `lang`: of names in three languages, sheets of figures hold this one. `only`: these marts.

    `most`: rows of a sheet, with its head; what does not fit is said on the cover.
    """
    from warehouse.serving.package import opened
    from warehouse.serving.package.about import about
    from warehouse.serving.package.tables import tables

    with opened(source) as con:
        found = [table for table in tables(con) if only is None or table.name in only]
        workbook_of(con, about(source, con), found, path, lang=lang, most=most)


def workbook_of(
    con: duckdb.DuckDBPyConnection, told: About, tables: list[Table], path: Path, *, lang: str = "en", most: int = ROWS,
    wanted: Callable[[], bool] = lambda: True,
) -> None:  # fmt: skip
    """The same from a database that is open. Nothing is written from where `wanted` says no."""
    import xlsxwriter

    from warehouse.serving.package.cover import write_columns, write_cover
    from warehouse.serving.package.sheet_rows import row_sheet
    from warehouse.serving.words import tongue

    t = tongue(lang)
    sheets = laid_out(tables, lang, most)
    book = xlsxwriter.Workbook(str(path), _options(sheets, path.parent))
    styles = Styles(book)
    book.set_properties({"title": told.title(t), "author": "; ".join(p.name for p in told.publishers),
                         "comments": told.citation(t), "created": datetime.fromisoformat(told.published_at).replace(tzinfo=None)})  # fmt: skip
    write_cover(book.add_worksheet(COVER), styles, told, sheets, t)
    write_columns(book.add_worksheet(COLUMNS), styles, sheets, t)
    for sheet in sheets:
        if wanted():
            kind = None if book.constant_memory else row_sheet()
            _write_sheet(book.add_worksheet(sheet.name, kind), styles, sheet, con, lang)
    if wanted():
        book.close()


def laid_out(tables: list[Table], lang: str, most: int = ROWS) -> list[Sheet]:
    """Every mart as a sheet, in order."""
    names = sheet_names([t.name for t in tables])
    return [Sheet(t, names[t.name], _chosen(t, lang), min(t.rows, most - HEAD)) for t in tables]


def _chosen(table: Table, lang: str) -> list[Field]:
    """The columns of a sheet: lists keep all languages; figures keep one of those that stand in three."""
    if table.is_dimension:
        return table.fields
    names = {f.name for f in table.fields}
    return [f for f in table.fields if not _is_other(f.name, lang, names)]


def _is_other(name: str, lang: str, names: set[str]) -> bool:
    """Whether a column says in another language what stands beside it in this one."""
    stem, ending = name[:-3], name[-3:]
    return ending in ENDINGS and ending != f"_{lang}" and f"{stem}_{lang}" in names


def _options(sheets: list[Sheet], folder: Path) -> dict[str, Any]:
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    if sum(s.rows * len(s.fields) for s in sheets) <= CELLS:
        return {**plain, "in_memory": True}
    return {**plain, "constant_memory": True, "tmpdir": str(folder)}


def _write_sheet(ws: Any, styles: Styles, sheet: Sheet, con: duckdb.DuckDBPyConnection, lang: str) -> None:
    last = max(HEAD + sheet.rows - 1, HEAD)
    for i, f in enumerate(sheet.fields):
        ws.set_column(i, i, width_of(f), styles.of(f))
    ws.set_row(0, 45)  # before its cells: a large workbook goes to the disk row by row
    for i, f in enumerate(sheet.fields):
        ws.write_string(0, i, getattr(f.title, lang) or f.title.en, styles.title)
    for i, f in enumerate(sheet.fields):
        ws.write_string(1, i, f.name, styles.name)
    for i, f in enumerate(sheet.fields):
        ws.write_string(2, i, f.hxl, styles.tag)
    _write_rows(ws, sheet, con)
    ws.set_landscape()
    ws.set_paper(9)
    ws.repeat_rows(0, HEAD - 1)
    ws.freeze_panes(HEAD, min(len(sheet.table.key), 2) if sheet.table.key else 0)
    ws.autofilter(HEAD - 1, 0, last, len(sheet.fields) - 1)
    _mark_withheld(ws, styles, sheet, last)


def _write_rows(ws: Any, sheet: Sheet, con: duckdb.DuckDBPyConnection) -> None:
    """All rows at once (`RowsAtOnce`); of a workbook that is larger than memory cell by cell. Nulls are no cells."""
    at_once = hasattr(ws, "put_rows")
    chosen = ", ".join(f"{_told(f) if at_once else _cell(f)} AS {f.sql}" for f in sheet.fields)
    source = f"(SELECT * FROM marts.{quoted(sheet.table.name)} {sheet.table.order} LIMIT {sheet.rows})"
    sql = f"SELECT {chosen} FROM {source}"
    if at_once:
        import polars as pl

        ws.put_rows(HEAD, pl.DataFrame(con.sql(sql).to_arrow_table()).iter_slices(PART), [f.kind for f in sheet.fields])
        return
    answer = con.execute(sql)
    rows = (cells for part in iter(lambda: answer.fetchmany(20_000), []) for cells in part)
    writers = [_writer(ws, f) for f in sheet.fields]
    for row, cells in enumerate(rows, HEAD):
        for column, cell in enumerate(cells):
            if cell is not None:
                writers[column](row, column, cell)


def _writer(ws: Any, field: Field) -> Callable[[int, int, Any], Any]:
    """The writer of a column: without the look at what kind of arguments these are, where the library has it."""
    name = {"text": "write_string", "boolean": "write_boolean"}.get(field.kind, "write_number")
    writer: Callable[[int, int, Any], Any] = getattr(ws, f"_{name}", None) or getattr(ws, name)
    return writer


def _cell(field: Field) -> str:
    """The SQL of a cell: dates as the number of days that a spreadsheet counts, texts harmless and no longer than fits."""
    if field.kind == "text":
        return f"left({as_text(field)}, {LONGEST})"
    if field.kind == "date":
        return f"date_diff('day', DATE '1899-12-30', {field.sql})"
    if field.kind == "datetime":
        return f"date_diff('second', TIMESTAMP '1899-12-30', {field.sql}::TIMESTAMP) / 86400.0"
    if field.kind == "number":
        return f"CASE WHEN isfinite({field.sql}::DOUBLE) THEN {field.sql}::DOUBLE END"
    return field.sql


def _told(field: Field) -> str:
    """The same as it stands in the file: whole numbers and booleans as they are, others with 16 digits; long texts are cut later."""
    if field.kind == "text":
        return as_text(field)
    cell = _cell(field)
    if field.kind in ("boolean", "date"):
        return f"({cell})::INTEGER::VARCHAR"
    digits = f"format('{{:.16G}}', ({cell})::DOUBLE)"
    return (
        f"CASE WHEN {cell} BETWEEN -{EXACT} AND {EXACT} THEN ({cell})::BIGINT::VARCHAR ELSE {digits} END"
        if field.kind == "integer"
        else digits
    )


def _mark_withheld(ws: Any, styles: Styles, sheet: Sheet, last: int) -> None:
    """Rows that were withheld are grey, their empty cells hatched: they are not zero."""
    at = next((i for i, f in enumerate(sheet.fields) if f.name == FLAG), None)
    if at is None or not sheet.rows:
        return
    from xlsxwriter.utility import xl_col_to_name

    flag = f"${xl_col_to_name(at)}{HEAD + 1}=TRUE"
    whole = (HEAD, 0, last, len(sheet.fields) - 1)
    ws.conditional_format(
        *whole, {"type": "formula", "criteria": f"=AND({flag},ISBLANK(A{HEAD + 1}))", "format": styles.hatched}
    )
    ws.conditional_format(*whole, {"type": "formula", "criteria": f"={flag}", "format": styles.withheld})
