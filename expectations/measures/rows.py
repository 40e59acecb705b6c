"""Measures of the normalized round as a whole: rows, rejected rows, keys, the round itself.

What normalization itself found is counted in `named.py`; counts of people and survey answers have their own modules.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import polars as pl
import yaml

from expectations.inputs import RoundInput
from expectations.measures.at import at
from expectations.measures.measured import EVIDENCE_LIMIT, Measured, code_text, count, first, share, where
from warehouse.normalize.schema import TABLES
from warehouse.settings import PROJECT


def main_table(given: RoundInput) -> str:
    """The table with one row per accepted row of the main sheet."""
    return "response" if given.component == "rms" else "assessment"


def conservation(given: RoundInput) -> Measured:
    """Measures for which delivered is not accepted + rejected; an empty table counts as one failure."""
    table = given.table("conservation")
    if table.is_empty():
        return count(1, "conservation table that is empty")
    whole = pl.col("delivered") == pl.col("accepted") + pl.col("rejected")
    broken = table.filter(~whole.fill_null(False))
    return count(broken.height, f"of {table.height} measures", [code_text(m) for m in broken["measure"]])


def rows_present(given: RoundInput) -> Measured:
    """Accepted rows."""
    return count(given.canonical.number(f"SELECT count(*) FROM {main_table(given)}"), "accepted rows")


@cache
def rule_reasons() -> frozenset[str]:
    """Reasons for which a row is no part of the round (`operations/common/reasons.yml`, by_rule)."""
    data = yaml.safe_load((PROJECT / "operations" / "common" / "reasons.yml").read_text(encoding="utf-8"))
    return frozenset(code for code, reason in data["reasons"].items() if reason["by_rule"])


def _rejected(given: RoundInput) -> pl.DataFrame:
    drops = {drop.reason for book in given.operation.codebooks for drop in book.drop}
    table = given.table("rejected")
    return table.filter(~pl.col("reason_code").is_in(sorted(rule_reasons() | drops)).fill_null(False))


def _delivered(given: RoundInput, measure: pl.Expr) -> int:
    return int(given.table("conservation").filter(measure)["delivered"].sum() or 0)


def rejected_rows_share(given: RoundInput) -> Measured:
    """Rows rejected for other reasons than by rule, of all rows."""
    bad = _rejected(given)
    rows = max(_delivered(given, pl.col("measure") == "rows"), bad.height)
    return share(bad.height, rows, "rows", where(bad))


def rejected_people_share(given: RoundInput) -> Measured:
    """People in rows rejected for other reasons than by rule, of all people delivered."""
    bad = _rejected(given)
    lost = int(bad["people"].sum() or 0)
    people = max(_delivered(given, pl.col("measure").str.ends_with(".individuals")), lost)
    return share(lost, people, "people", where(bad.filter(pl.col("people") > 0)))


def repeated_row_ids(given: RoundInput) -> Measured:
    """Rows beyond the first of an identifier, and rows without one."""
    table, key = main_table(given), "response_key" if given.component == "rms" else "row_id"
    sql = f"SELECT count(*) - count(DISTINCT {key}) FROM {table}"
    again = given.canonical.number(sql)
    return count(again, "rows", _again(given, table, key) if again else [])


def _again(given: RoundInput, table: str, key: str) -> list[str]:
    """Where they stand: of rows with one identifier the first is not told."""
    sql = f"""
        SELECT DISTINCT sheet, row_number FROM (
            SELECT sheet, row_number, {key} IS NULL OR row_number() OVER (PARTITION BY {key} ORDER BY sheet, row_number) > 1 AS is_again
            FROM {table})
        WHERE is_again ORDER BY ALL NULLS FIRST LIMIT {EVIDENCE_LIMIT}
    """
    return first(given.canonical.rows(sql))


def orphan_rows(given: RoundInput) -> Measured:
    """Rows of the long table whose row of the main sheet is not there."""
    long, key = ("answer", "response_key") if given.component == "rms" else ("population", "row_id")
    sql = f"SELECT count(*) FROM {long} AS l ANTI JOIN {main_table(given)} AS m ON l.{key} = m.{key}"
    return count(given.canonical.number(sql), f"rows of {long}")


def foreign_rows(given: RoundInput) -> Measured:
    """Rows of another round in the canonical tables, and tables whose columns are not the canonical ones."""
    mixed = []
    for name, schema in TABLES.items():
        wrong = set(given.canonical.texts(f"SELECT column_name FROM (DESCRIBE {name})")) != set(schema)
        other = f"SELECT count(*) FROM {name} WHERE round_key IS DISTINCT FROM ?"
        if wrong or given.canonical.number(other, [given.normalized.round_key]):
            mixed.append(name)
    return count(len(mixed), "tables", mixed)


def unregistered(given: RoundInput) -> Measured:
    """1 where the round does not stand in rounds.yml."""
    return count(0 if given.round.is_registered else 1, "rounds that are not registered")


def window_missing(given: RoundInput) -> Measured:
    """Ends of the reference window that are not known."""
    return count([given.round.window_start, given.round.window_end].count(None), "ends of the window unknown")


def dates_outside_fieldwork(given: RoundInput) -> Measured:
    """Rows dated outside fieldwork, give or take the tolerance, of rows with a date."""
    start, end = given.round.fieldwork_start, given.round.fieldwork_end
    if start is None or end is None:
        raise ValueError("fieldwork is not known")
    slack = timedelta(days=given.value("fieldwork_tolerance_days"))
    table, outside = main_table(given), "interview_date NOT BETWEEN ? AND ?"
    ends = [start - slack, end + slack]
    sql = f"SELECT count(*) FILTER (WHERE {outside}), count(interview_date) FROM {table}"
    ((number, dated),) = given.canonical.rows(sql, ends)
    return share(number, dated, "dated rows", at(given, table, outside, ends) if number else [])
