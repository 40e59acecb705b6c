"""What the gate said of each round, as rows of `mart_quality`. The names of other codes are in `quality_codes.py`.

The rows are put into the candidate between the verdict and the writing of the release: the verdict comes after the marts.
They tell when and by what a round was judged, which is no content: the hash of the mart leaves them out (`serving.py`).
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from warehouse.releases.candidate import BUILDING, Candidate
from warehouse.releases.serving import SCHEMA
from warehouse.releases.verdict import CheckResult, Verdict, load_verdict
from warehouse.serving.field_report.messages import check_seen, check_todo
from warehouse.sql_text import escaped

MART = "mart_quality"
CHECK = "check"


def add_checks(candidate: Candidate, verdict: Verdict) -> None:
    """Put the checks of every round of the candidate into its `mart_quality`; those of other rounds as they were published."""
    told = {verdict.round_key: verdict, **_stored(candidate, verdict.round_key)}
    with duckdb.connect(str(candidate.database), config=BUILDING) as con:
        con.execute(f"DELETE FROM {SCHEMA}.{MART} WHERE quality_type = ?", [CHECK])
        kept = _published(con, candidate, sorted({v.round_key for v in candidate.versions} - {verdict.round_key}))
        rows = [row for key in sorted(set(told) - kept) for row in check_rows(told[key])]
        if rows:
            con.register("_checks", pa.Table.from_pylist(rows))  # row by row costs as much as all else here
            con.execute(f"INSERT INTO {SCHEMA}.{MART} BY NAME SELECT * FROM _checks")
            con.unregister("_checks")


def check_rows(verdict: Verdict) -> list[dict[str, Any]]:
    """One row per check of a verdict."""
    return [
        {
            "round_key": verdict.round_key,
            "quality_type": CHECK,
            "code": check.code,
            "severity": check.severity,
            "findings": int(not check.passed),
            "code_name_en": check.sentence_en,
            "code_name_ru": check.sentence_ru,
            "code_name_ky": check.sentence_ky or check.sentence_en,
            "check_family": check.family,
            "check_layer": check.layer,
            "outcome": outcome_of(check),
            "observed_value": check.value,
            "observed_en": check.observed,
            "observed_ru": check_seen(check.observed, "ru"),
            "observed_ky": check_seen(check.observed, "ky"),
            "allowed_value": check.bound,
            "allowed_en": check.threshold,
            "allowed_ru": check_seen(check.threshold, "ru"),
            "allowed_ky": check_seen(check.threshold, "ky"),
            "todo_en": "" if check.passed else check.todo,
            "todo_ru": "" if check.passed else check_todo(check.code, "ru", check.todo),
            "waiver": check.waiver or None,
        }
        for check in verdict.checks
    ]


def outcome_of(check: CheckResult) -> str:
    """passed, waived or failed."""
    return "passed" if check.passed else "waived" if check.waiver else "failed"


def _stored(candidate: Candidate, but: str) -> dict[str, Verdict]:
    """Verdicts of the other rounds as they are stored, for a base from before its mart held any."""
    others = [v for v in candidate.versions if v.round_key != but]
    found = [load_verdict(candidate.home, v.round_key, v.normalized_id) for v in others]
    return {verdict.round_key: verdict for verdict in found if verdict}


def _published(con: duckdb.DuckDBPyConnection, candidate: Candidate, keys: list[str]) -> set[str]:
    """Copy the checks of rounds from the base release as it serves them. Returns the rounds that it tells of."""
    path = candidate.home.releases / (candidate.base_release or "-") / "parquet" / f"{MART}.parquet"
    if not keys or not path.exists():
        return set()
    served = f"read_parquet('{escaped(path)}')"  # one file: opening the database would read all its tables and comments
    columns = _columns(con, f"{SCHEMA}.{MART}")
    if not set(columns) <= set(_columns(con, served)):
        return set()
    named, where = ", ".join(columns), f"quality_type = ? AND round_key IN ({', '.join('?' * len(keys))})"
    con.execute(f"CREATE TEMP TABLE told AS SELECT {named} FROM {served} WHERE {where}", [CHECK, *keys])
    con.execute(f"INSERT INTO {SCHEMA}.{MART} ({named}) SELECT {named} FROM told")
    return {str(key) for (key,) in con.execute("SELECT DISTINCT round_key FROM told").fetchall()}


def _columns(con: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    return [str(row[0]) for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
