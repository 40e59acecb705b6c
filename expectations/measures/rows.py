"""Measures of the normalized round as a whole: rows, rejected rows, keys, the round itself.

What normalization itself found is counted in `named.py`; counts of people and survey answers have their own modules.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import polars as pl
import yaml

from expectations.inputs import RoundInput
from expectations.measures.measured import Measured, code_text, count, share, where
from warehouse.normalize.schema import TABLES
from warehouse.settings import PROJECT


def main_table(given: RoundInput) -> pl.DataFrame:
    """The table with one row per accepted row of the main sheet."""
    return given.table("response" if given.component == "rms" else "assessment")


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
    return count(main_table(given).height, "accepted rows")


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
    table = main_table(given)
    key = "response_key" if given.component == "rms" else "row_id"
    again = table.filter(pl.col(key).is_null() | ~pl.col(key).is_first_distinct())
    return count(again.height, "rows", where(again))


def orphan_rows(given: RoundInput) -> Measured:
    """Rows of the long table whose row of the main sheet is not there."""
    long, key = ("answer", "response_key") if given.component == "rms" else ("population", "row_id")
    lost = given.table(long).join(main_table(given).select(key), on=key, how="anti")
    return count(lost.height, f"rows of {long}")


def foreign_rows(given: RoundInput) -> Measured:
    """Rows of another round in the canonical tables, and tables whose columns are not the canonical ones."""
    mixed = []
    for name, schema in TABLES.items():
        table = given.table(name)
        wrong = set(table.columns) != set(schema)
        if wrong or table.filter(pl.col("round_key").ne_missing(given.normalized.round_key)).height:
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
    dated = main_table(given).filter(pl.col("interview_date").is_not_null())
    outside = dated.filter(~pl.col("interview_date").is_between(start - slack, end + slack))
    return share(outside.height, dated.height, "dated rows", where(outside))
