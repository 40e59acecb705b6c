"""The headline series as SDMX-CSV 2.0: one row per figure of a round, codes only; what they mean stands in `structure.xml`.

Turning rows of mart_headlines into observations belongs here; the definition of the structure is in `sdmx_structure.py`.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from warehouse.serving.neutral import neutral

if TYPE_CHECKING:
    import duckdb

AGENCY, VERSION, FLOW, STRUCTURE = "MTM", "1.0.0", "DF_HEADLINES", "DSD_HEADLINES"
DIMENSIONS = ["FREQ", "REF_AREA", "OPERATION", "COMPONENT", "INDICATOR", "TIME_PERIOD"]
ATTRIBUTES = ["OBS_STATUS", "UNIT_MEASURE", "UNIT_MULT", "ROUND", "WINDOW_START", "WINDOW_END", "CI_LOW", "CI_HIGH", "N_OBS",
              "COMPARABILITY", "DATA_NATURE", "OBS_TEXT", "COMMENT"]  # fmt: skip
COLUMNS = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *DIMENSIONS, "OBS_VALUE", *ATTRIBUTES]
COMPARABILITY = {"comparable": "C", "limited": "L", "not_comparable": "N"}
NEEDED = {"mart_headlines", "dim_round", "dim_operation"}
HEADLINES = """SELECT h.*, o.country_iso3, coalesce(r.fieldwork_end, r.window_end{interviews}) AS day, r.round_title, r.round_number
               FROM marts.mart_headlines h JOIN marts.dim_round r USING (round_key)
               JOIN marts.dim_operation o ON o.operation = h.operation ORDER BY h.operation, h.component, h.headline_code, h.round_key"""
INTERVIEWS = ", (SELECT max(c.last_interview_date) FROM marts.mart_round_coverage c WHERE c.round_key = h.round_key)"


@dataclass(frozen=True)
class Series:
    """The observations, and the codes that stand in them.

    `left_out`: rounds that SDMX can't place in time: without any date, or on the day of a later round of their component
    (a series has one figure a day).
    """

    rows: list[list[Any]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)  # the rows of the mart behind them
    left_out: list[str] = field(default_factory=list)


def series(con: duckdb.DuckDBPyConnection) -> Series | None:
    """The headline series of a release whose database is open; None where it has no such marts."""
    known = {
        name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts'").fetchall()
    }
    if not known >= NEEDED or not all(_has(con, "mart_headlines", name) for name in ("value", "component")):
        return None
    interviews = INTERVIEWS if _has(con, "mart_round_coverage", "last_interview_date") else ""
    found = con.execute(HEADLINES.format(interviews=interviews))
    names = [column[0] for column in found.description or []]
    figures = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    latest: dict[tuple[Any, ...], tuple[int, str]] = {}
    for f in figures:
        latest[_place(f)] = max(latest.get(_place(f), (0, "")), (f["round_number"] or 0, f["round_key"]))
    told = [f for f in figures if f["day"] and latest[_place(f)][1] == f["round_key"]]
    left_out = {f["round_key"] for f in figures} - {f["round_key"] for f in told}
    return Series([observation(f) for f in told], told, sorted(left_out))


def _place(f: dict[str, Any]) -> tuple[Any, ...]:
    """Where a round stands in time, among those of its component."""
    return f["operation"], f["component"], f["day"]


def sdmx_csv(told: Series) -> str:
    """The file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([neutral(cell) for cell in row] for row in told.rows)
    return buffer.getvalue()


def code_of(text: str) -> str:
    """A code as SDMX takes one (letters, digits, `_`, `-`) that no spreadsheet takes for a formula; a point becomes a hyphen."""
    code = re.sub(r"[^A-Za-z0-9_\-]", "_", text.replace(".", "-"))
    return f"_{code}" if code.startswith("-") else code


def observation(f: dict[str, Any]) -> list[Any]:
    """One row of the file (COLUMNS) from a row of the mart, with the country and the day that it stands for."""
    value = f["value"]
    broken = f.get("comparability") == "not_comparable"
    status = "A" if value is not None else "Q" if f.get("is_suppressed") else "O"
    return [
        "dataflow", f"{AGENCY}:{FLOW}({VERSION})", "I",
        "I", f["country_iso3"], f["operation"], code_of(f["component"]), code_of(f["headline_code"]), f["day"].isoformat(),
        _number(value), "B" if broken and value is not None else status, code_of(f.get("unit") or "_Z"), 0, f["round_key"],
        _day(f.get("window_start")), _day(f.get("window_end")), _number(f.get("ci_low")), _number(f.get("ci_high")), f.get("n"),
        COMPARABILITY.get(f.get("comparability") or "", "_Z"), "S" if f.get("is_synthetic") else "R",
        f.get("value_text_en"), f.get("comparability_reason_en"),
    ]  # fmt: skip


def _number(value: float | None) -> str | None:
    """Whole numbers without a point; others as short as they are exact."""
    if value is None:
        return None
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


def _has(con: duckdb.DuckDBPyConnection, mart: str, column: str) -> bool:
    asked = "SELECT 1 FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name = ? AND column_name = ?"
    return bool(con.execute(asked, [mart, column]).fetchall())
