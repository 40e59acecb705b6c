"""Measures of the delivery's columns: identifiers that got in, columns nobody knows, texts that look personal.

A label of the delivery is never repeated: evidence is the sheet and the column's number.
"""

from __future__ import annotations

import polars as pl

from expectations.inputs import RoundInput
from expectations.measures.measured import Measured, count, sheet_text
from warehouse.normalize.schema import TABLES

# keyed hashes stand in for the identifier that they are made of
HASHED = {"response_key", "cluster", "row_id"}
KEPT = {c for name in ("assessment", "population", "place", "response", "answer") for c in TABLES[name]} - HASHED
# an e-mail, or nine digits and more as phones and personal numbers are written
PERSONAL = r"[^\s@]+@[^\s@]+\.[a-zA-Zа-я]{2,}|(?:\+|\b)\d(?:[\s().-]*\d){8,}"
PUBLISHED_TEXTS = {
    "answer": ("question_code", "option_code"),
    "place": ("place_name_en", "place_name_ru", "place_name_ky"),
    "population": ("population_category", "dimension", "sex", "age_group", "unit"),
    "response": ("stratum", "sex", "age_group", "country_iso3"),
}


def _columns(table: pl.DataFrame) -> list[str]:
    rows = table.select("sheet", "column_number").sort("sheet", "column_number", nulls_last=True)
    return [f"{sheet_text(sheet)}!column {number}" for sheet, number in rows.iter_rows()]


def identifiers_kept(given: RoundInput) -> Measured:
    """Columns of class identifier that are mapped into a kept table, as a column or as a question."""
    asked = "SELECT DISTINCT question_code FROM answer WHERE question_code IS NOT NULL"
    questions = set(given.canonical.texts(asked))
    kept = given.table("column_map").filter(
        (pl.col("mapping") == "mapped")
        & (pl.col("column_class") == "identifier")
        & pl.col("field").is_in(sorted(KEPT | questions))
    )
    return count(kept.height, "columns", _columns(kept))


def unclassified_columns(given: RoundInput) -> Measured:
    """Mapped columns without a class: the allow-list has a hole. An empty column map is one."""
    table = given.table("column_map")
    if table.is_empty():
        return count(1, "column map that is empty")
    mapped = table.filter(pl.col("mapping") == "mapped")
    known = pl.col("column_class").is_in(["plain", "quasi", "sensitive", "identifier"]).fill_null(False)
    bare = mapped.filter(~known)
    return count(bare.height, "columns", _columns(bare))


def unknown_columns(given: RoundInput) -> Measured:
    """Columns that no codebook entry knows."""
    unknown = given.table("column_map").filter(pl.col("mapping") == "unknown")
    return count(unknown.height, "columns", _columns(unknown))


def personal_texts(given: RoundInput) -> Measured:
    """Texts on their way to the marts that look like an e-mail, a phone or a personal number."""
    found = {
        f"{name}.{column}": _personal(given, name, column)
        for name, columns in PUBLISHED_TEXTS.items()
        for column in columns
    }
    return count(sum(found.values()), "cells", [where for where, cells in found.items() if cells])


def _personal(given: RoundInput, table: str, column: str) -> int:
    """Cells of a column that look so: each different text is looked at once."""
    sql = f"SELECT {column} AS text, count(*) AS cells FROM {table} WHERE {column} IS NOT NULL GROUP BY 1"
    texts = given.canonical.frame(sql)
    return int(texts.filter(pl.col("text").cast(pl.String).str.contains(PERSONAL))["cells"].sum() or 0)
