"""A release made by hand for tests of the package: every mart of the catalogue with three rows, texts that look like
formulas, and one row that is withheld."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.indicators.marts import Column, Mart, marts
from warehouse.releases.manifest import RoundVersion
from warehouse.serving.source import ReleaseSource

FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+cmd|x",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "＝1",
    'plain, "quoted"\nnext line',
    " =1",
    "-5",
)
ROWS = 3


def make_release(folder: Path, *, synthetic: bool = True) -> ReleaseSource:
    """Database and Parquet files in `folder`; what stands for it elsewhere is made up."""
    (folder / "parquet").mkdir(parents=True)
    known = marts()
    codes = {"operation", "component", "round_key", "country_iso3"}
    codes |= {field for m in known.values() for link in m.foreign_keys for field in (*link.fields, *link.columns)}
    with duckdb.connect(str(folder / "mtm.duckdb")) as con:
        con.execute("CREATE SCHEMA marts")
        for mart in known.values():
            con.execute(_ddl(mart))
            for row in range(ROWS):
                values = [_value(c, row, i, c.is_key or c.name in codes) for i, c in enumerate(mart.columns)]
                con.execute(f"INSERT INTO marts.{mart.name} VALUES ({', '.join('?' * len(values))})", values)
        con.execute(
            "CREATE TABLE marts.mart_plain (a INTEGER, b VARCHAR); INSERT INTO marts.mart_plain VALUES (2, '=1'), (1, NULL)"
        )
        for name in [*known, "mart_plain"]:
            con.execute(f"COPY marts.{name} TO '{folder / 'parquet' / name}.parquet' (FORMAT parquet)")
    rounds = [RoundVersion("v0", "d0", 1, "0" * 64, "n0")]
    return ReleaseSource(folder, "r000042", None, "2026-01-02T10:00:00Z", "c0ffee" * 10, rounds, ["v0"], synthetic)


def _ddl(mart: Mart) -> str:
    columns = [f'"{c.name}" {c.data_type}' + (" NOT NULL" if c.is_required else "") for c in mart.columns]
    key = ", ".join(f'"{c}"' for c in mart.key)
    return f"CREATE TABLE marts.{mart.name} ({', '.join(columns + ([f'PRIMARY KEY ({key})'] if key else []))})"


def _value(column: Column, row: int, number: int, is_code: bool) -> object:
    """Keys and what refers to them are v0, v1, v2; the last row is withheld: what may be null in it is."""
    kind, hidden = column.data_type, row == ROWS - 1 and not column.is_required and not is_code
    if column.name == "is_suppressed":
        return row == ROWS - 1
    if hidden:
        return None
    if kind == "varchar":
        return f"v{row}" if is_code else FORMULAS[(number + row) % len(FORMULAS)]
    if kind == "boolean":
        return row == 0
    if kind == "date":
        return f"2024-10-{18 + row}"
    if kind == "timestamp":
        return f"2026-01-02 10:00:0{row}"
    return row + 1000 * number + (0.5 if kind == "double" else 0)
