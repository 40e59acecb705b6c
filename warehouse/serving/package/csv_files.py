"""The marts as CSV: a row of column names, a row of HXL tags, then the rows in the order of their key.

How a value is written as text belongs here: null is empty, true and false, ISO dates, texts made harmless for spreadsheets.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.serving.package.neutral_sql import neutral_sql
from warehouse.serving.package.tables import Field, Table, quoted
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb


def write_csvs(con: duckdb.DuckDBPyConnection, tables: list[Table], folder: Path) -> None:
    """`<mart>.csv` for every mart in `folder`, from a connection that may write files and has `marts` in its path."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        write_csv(con, table, folder / f"{table.name}.csv")


def write_csv(con: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    """One mart. UTF-8 without a mark, lines end with a line feed."""
    body = path.with_name(f".{path.name}.rows")
    chosen = ", ".join(f"{as_text(f)} AS {f.sql}" for f in table.fields)
    select = f"SELECT {chosen} FROM (SELECT * FROM marts.{quoted(table.name)} {table.order})"
    con.execute(f"COPY ({select}) TO '{escaped(body)}' (FORMAT csv, HEADER false, NULL '')")
    with path.open("wb") as file:
        file.write(head(table))
        with body.open("rb") as rows:
            shutil.copyfileobj(rows, file, 2**20)
    body.unlink()


def head(table: Table) -> bytes:
    """The two lines above the rows."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([f.name for f in table.fields])
    writer.writerow([f.hxl for f in table.fields])
    return buffer.getvalue().encode()


def as_text(field: Field) -> str:
    """The SQL of a cell as it stands in the file."""
    if field.kind == "text":
        text = f"{field.sql}::VARCHAR"
        return text if field.is_harmless else neutral_sql(text)
    if field.kind == "datetime":
        return f"strftime({field.sql}, '%Y-%m-%dT%H:%M:%SZ')"
    return field.sql


__all__ = ["as_text", "head", "write_csv", "write_csvs"]
