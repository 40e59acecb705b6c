"""The diff in a verdict: a candidate's marts against those that the base release serves.

Opening the two databases belongs here, and how the diff is told as a table; comparing marts is in `compare.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from warehouse.releases.serving import DATABASE
from warehouse.settings import Home
from warehouse.sql_text import escaped

if TYPE_CHECKING:
    import duckdb

    from warehouse.releases.prints import Pair

TOLD = {
    "mart": "mart", "rows_before": "rows before", "rows_after": "rows after", "added": "added", "gone": "gone", "changed": "changed",
    "share_values_changed": "values changed", "people_net": "people, net", "people_gross": "people, gross",
}  # fmt: skip


def base_diff(
    home: Home, base_release: str | None, database: Path, pair: Callable[[], Pair] | None = None
) -> dict[str, Any]:
    """The marts that differ. Empty for the first release; `told` says why nothing could be compared with a damaged base.

    `pair`: the two databases where they stand open already.
    """
    if base_release is None:
        return {}
    import duckdb

    from warehouse.releases.compare import diff_pair

    try:
        if pair is not None:
            return diff_pair(pair())
        with Beside(home.releases / base_release / DATABASE, database) as beside:
            return diff_pair(beside.pair)
    except duckdb.Error:
        return {"marts": [], "told": "the base release could not be read: mtm verify says what is wrong with it"}


@dataclass
class Beside:
    """A release's database, and a candidate's: open from the first look at them to the end of the body."""

    served: Path
    database: Path
    candidate: duckdb.DuckDBPyConnection | None = None  # where the candidate is open already
    _stack: ExitStack = field(default_factory=ExitStack, repr=False)

    def __enter__(self) -> Self:
        """Nothing is opened before it is asked for."""
        return self

    def __exit__(self, *_: object) -> None:
        """Both are closed."""
        self._stack.close()

    @cached_property
    def con(self) -> duckdb.DuckDBPyConnection:
        """A database in memory with the release attached as `base`. Raises duckdb.Error where it can't be read."""
        import duckdb

        with ExitStack() as stack:
            con = stack.enter_context(duckdb.connect(":memory:", config={"threads": "2"}))
            con.execute(f"ATTACH '{escaped(self.served)}' AS base (READ_ONLY)")
            self._stack.push(stack.pop_all())
        return con

    @cached_property
    def pair(self) -> Pair:
        """Both. The candidate is read where it stands open; it is attached where rows must be matched."""
        from warehouse.releases.prints import Pair, Side

        if self.candidate is None:
            after = Side(self.joined[0], "candidate")
        else:
            after = Side(self.candidate, str(self.candidate.execute("SELECT current_database()").fetchall()[0][0]))
        return Pair(Side(self.con, "base"), after, lambda: self.joined)

    @property
    def is_of_today(self) -> bool:
        """Whether the release's marts have all columns of today's."""
        from warehouse.indicators.marts import marts

        today = marts()
        held = self.pair.before.columns
        return all(c.name in held[name] for name in held if name in today for c in today[name].columns if c.data_type)

    @cached_property
    def joined(self) -> tuple[duckdb.DuckDBPyConnection, str, str]:
        """A connection that has both, with their aliases."""
        self.con.execute(f"ATTACH '{escaped(self.database)}' AS candidate (READ_ONLY)")
        return self.con, "base", "candidate"


def diff_rows(diff: dict[str, Any]) -> list[list[Any]]:
    """The changed marts in the columns of `TOLD`; shares as text."""
    cells = [{**m, "share_values_changed": f"{m.get('share_values_changed', 0):.2%}"} for m in diff.get("marts", [])]
    return [[m.get(c) for c in TOLD] for m in cells]
