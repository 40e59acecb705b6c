"""A database file that several steps fill one after the other: opened by the first of them, closed beside what comes after the last.

Opening and closing belong here. Opening reads the whole catalogue and closing writes what changed, which together take as long
as a dozen models of a small round; what is put into the file does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


class OpenDatabase:
    """Nobody else in this process can open the file with other settings until it is closed; it may be opened again then."""

    def __init__(self, path: Path, config: Mapping[str, Any]) -> None:
        """It is opened when it is first asked for."""
        self.path, self._config = path, dict(config)
        self._con: duckdb.DuckDBPyConnection | None = None
        self._closing: Future[None] | None = None

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The connection. Raises duckdb.Error where the file can't be opened."""
        import duckdb

        if self._con is None:
            self.close()
            self._con = duckdb.connect(str(self.path), config=self._config)
        return self._con

    def close(self) -> None:
        """Close it, which writes the file; where that has begun already, wait for its end and raise what went wrong there."""
        closing, self._closing = self._closing, None
        if closing is not None:
            closing.result()
        con, self._con = self._con, None
        if con is not None:
            con.close()

    def begin_closing(self) -> None:
        """Close it in a thread of its own: the engine leaves the interpreter free meanwhile. `close()` waits for the end."""
        con, self._con = self._con, None
        if con is not None:
            beside = ThreadPoolExecutor(1, thread_name_prefix="closing")
            self._closing = beside.submit(con.close)
            beside.shutdown(wait=False)


__all__ = ["OpenDatabase"]
