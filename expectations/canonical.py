"""The canonical tables of a round as the gate asks them: SQL over their Parquet, so that no table of people is held whole.

Opening them and what several measures ask of them belongs here; measuring does not. Nothing of a row leaves but keys and counts.
"""

from __future__ import annotations

import os
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse.normalize.schema import TABLES
from warehouse.settings import database_memory
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import polars as pl

    from expectations.inputs import NormalizedLike

COUNTED = "coalesce(value_status IN ('reported', 'derived'), false)"
# A unit that no counted row told has no total.
TOTALS = f"""
CREATE TEMP TABLE totals AS
SELECT row_id, any_value(place_code) AS place_code, population_category,
    CASE WHEN count(*) FILTER (WHERE unit = 'individuals') > 0
        THEN coalesce(sum(value) FILTER (WHERE unit = 'individuals'), 0) END::BIGINT AS individuals,
    CASE WHEN count(*) FILTER (WHERE unit = 'households') > 0
        THEN coalesce(sum(value) FILTER (WHERE unit = 'households'), 0) END::BIGINT AS households
FROM population WHERE {COUNTED} AND dimension = 'total' GROUP BY row_id, population_category
"""
# Sex alone, age alone and sex × age are three ways to cut one total: never added to each other. Countries are named as far as they
# are asked: a part may be missing, their sum is a lower bound all the same.
CUTS = {"s": "age_group = 'all'", "a": "age_group <> 'all' AND sex = 'all'", "b": "age_group <> 'all' AND sex <> 'all'"}
CUT_SUMS = ", ".join(
    f"coalesce(sum(value) FILTER (WHERE {cut}), 0) AS sum_{c}, coalesce(bool_and({COUNTED}) FILTER (WHERE {cut}), false) AS whole_{c}"
    for c, cut in CUTS.items()
)
PARTS = f"""
CREATE TEMP TABLE parts AS
WITH told AS (
    SELECT row_id, population_category, dimension, coalesce(sum(value), 0) AS parts, bool_and({COUNTED}) AS is_whole,
        bool_or({COUNTED}) AS is_told, max(value) FILTER (WHERE {COUNTED}) AS largest, {CUT_SUMS}
    FROM population WHERE unit = 'individuals' AND dimension <> 'total'
    GROUP BY row_id, population_category, dimension
),
judged AS (
    SELECT p.*, t.individuals AS total, dimension = 'country' AND (is_whole OR is_told) OR dimension = 'year' AND is_whole AS is_sum
    FROM told AS p JOIN totals AS t ON p.row_id = t.row_id AND p.population_category = t.population_category
    WHERE t.individuals IS NOT NULL
)
SELECT row_id,
    sum(CASE WHEN dimension = 'sex_age' THEN {" + ".join(f"whole_{c}::INTEGER" for c in CUTS)} ELSE is_sum::INTEGER END) AS sums,
    sum(CASE WHEN dimension = 'sex_age' THEN {" + ".join(f"(whole_{c} AND sum_{c} <> total)::INTEGER" for c in CUTS)}
        WHEN dimension = 'country' THEN (is_sum AND parts > total)::INTEGER ELSE (is_sum AND parts <> total)::INTEGER END) AS sums_differ,
    count(*) FILTER (WHERE is_told) AS kinds, count(*) FILTER (WHERE is_told AND largest > total) AS kinds_above
FROM judged GROUP BY row_id
"""


class Canonical:
    """The round's tables by their names, in a database in memory that spills into the build folder, for the owner only."""

    def __init__(self, normalized: NormalizedLike) -> None:
        """Views over the files; a table that stands in no file is taken as it is."""
        home = getattr(normalized, "home", None)
        spill = Path(home.build) if home is not None else Path(tempfile.gettempdir())
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": database_memory(), "threads": "2", "preserve_insertion_order": "false",
            "temp_directory": str(spill / f"gate.{os.getpid()}.tmp"),
        }  # fmt: skip
        self.con = duckdb.connect(":memory:", config=config)
        for name in TABLES:
            path = normalized.folder / f"{name}.parquet"
            if path.is_file():
                self.con.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{escaped(path)}')")
            else:
                self.con.register(name, normalized.table(name).to_arrow())

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """The answer of a query."""
        return self.con.execute(sql, parameters or []).fetchall()

    def number(self, sql: str, parameters: list[Any] | None = None) -> int:
        """The one whole number of a query; nothing is 0."""
        ((value,),) = self.rows(sql, parameters)
        return int(value or 0)

    def texts(self, sql: str, parameters: list[Any] | None = None) -> list[Any]:
        """The one column of a query."""
        return [value for (value,) in self.rows(sql, parameters)]

    def frame(self, sql: str, parameters: dict[str, Any] | None = None) -> pl.DataFrame:
        """The answer as a Polars frame: small ones only."""
        import polars as pl

        return pl.DataFrame(self.con.sql(sql, params=parameters or {}).to_arrow_table())

    @cached_property
    def totals(self) -> str:
        """The table of counted totals of rows: row_id, place_code, population_category, individuals, households; null: none told."""
        self.con.execute(TOTALS)
        return "totals"

    def with_totals(self) -> Canonical:
        """Itself, with the table of totals made."""
        _ = self.totals
        return self

    @cached_property
    def parts(self) -> str:
        """By row_id: sums of parts beside a total and how many of them differ; kinds of parts and how many have one above it."""
        self.with_totals().con.execute(PARTS)
        return "parts"
