"""What an attacker reads of the respondents by place in mart_round_coverage: those of the places inside add up to the place.

Numbers of respondents by place belong here; what their answers tell stands in `survey.py`, counts of the baseline in `counts.py`.
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np

from warehouse.disclosure.published import PublishedSystem
from warehouse.disclosure.published.catalogue import schema_of
from warehouse.disclosure.system import System, needed_width

MART = "mart_round_coverage"
SHOWN = """
select place_code, parent_code, respondents, is_suppressed from {schema}mart_round_coverage
where round_key = ? and component = 'rms' order by place_level, place_code
"""
TRUE = "select place_code, responses from {schema}int_place_coverage where round_key = ?"
Connection = duckdb.DuckDBPyConnection
Rows = list[tuple[Any, ...]]


def coverage(con: Connection, true: Connection | None, key: str) -> PublishedSystem | None:
    """The respondents of a round by place; None where nothing of them is withheld.

    Where everybody of a place is in a place inside it, they are taken to add up; how many are in none is told by nobody.
    """
    rows = _rows(con, SHOWN, MART, key)
    if not any(hidden for *_, hidden in rows):
        return None
    known: dict[str, Any] = {} if true is None else dict(_rows(true, TRUE, "int_place_coverage", key))
    at = {place: n for n, (place, *_) in enumerate(rows)}
    inside: dict[int, list[int]] = {}
    for place, parent, *_ in rows:
        if parent in at:
            inside.setdefault(at[parent], []).append(at[place])
    shown = np.array([np.nan if hidden else float(number or 0) for _, _, number, hidden in rows])
    values = np.array([float(known.get(place, np.nan)) for place, *_ in rows])
    targets = np.array([n for n, (*_, hidden) in enumerate(rows) if hidden], dtype=np.int64)
    system = _system([f"{key}|{place}|respondents" for place in at], inside, shown, values)
    return PublishedSystem(f"coverage {key}", system, targets, needed_width(values[targets]), (MART,) * len(targets))


def _system(names: list[str], inside: dict[int, list[int]], shown: Any, values: Any) -> System:
    """The places inside less the place: nobody, or those of it who are in none of them, taken away."""
    entries = [(n, cell, 1.0) for n, cells in enumerate(inside.values()) for cell in cells]
    entries += [(n, whole, -1.0) for n, whole in enumerate(inside)]
    all_inside = np.array([values[cells].sum() == values[whole] for whole, cells in inside.items()], dtype=np.bool_)
    return System(
        names=tuple(names), lower=np.nan_to_num(shown, nan=0.0), upper=np.nan_to_num(shown, nan=np.inf),
        rows=np.array([n for n, _, _ in entries], dtype=np.int64), cells=np.array([c for _, c, _ in entries], dtype=np.int64),
        factors=np.array([f for _, _, f in entries]), row_lower=np.where(all_inside, 0.0, -np.inf),
        row_upper=np.zeros(len(all_inside)),
    )  # fmt: skip


def shown_respondents(con: Connection, key: str) -> dict[str, float]:
    """The respondents of each place that is shown."""
    return {place: float(number) for place, _, number, hidden in _rows(con, SHOWN, MART, key) if not hidden and number}


def _rows(con: Connection, sql: str, table: str, key: str) -> Rows:
    """The rows of a round; none where there is no such table."""
    schema = schema_of(con, table)
    return con.cursor().execute(sql.format(schema=schema), [key]).fetchall() if schema else []
