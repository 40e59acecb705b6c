"""The workbook, written by a thread beside other work: what takes the longest of it (queries, rows as XML, packing) leaves the
interpreter free.

Starting it, waiting for it and giving it up belongs here; what it writes is in `workbook.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import MtmError

if TYPE_CHECKING:
    import duckdb

    from warehouse.serving.package.about import About
    from warehouse.serving.package.tables import Table


@contextmanager
def workbook_begun(con: duckdb.DuckDBPyConnection, told: About, tables: list[Table], path: Path) -> Iterator[None]:
    """The workbook of a release whose database is open is written to `path` while the body works, and is whole after it.

    The body may use the connection: the workbook has one of its own to the same database. Where the body fails it is given
    up. Raises MtmError (`workbook_failed`): of the error only its kind is told, which holds no value.
    """
    from concurrent.futures import ThreadPoolExecutor
    from threading import Event

    from warehouse.serving.package import RELEASE
    from warehouse.serving.package.workbook import workbook_of

    own, given_up = con.cursor(), Event()
    own.execute(f"USE {RELEASE}")
    with ThreadPoolExecutor(1, thread_name_prefix="workbook") as beside:
        made = beside.submit(workbook_of, own, told, tables, path, wanted=lambda: not given_up.is_set())
        try:
            yield
        except BaseException:
            given_up.set()
            raise
    if error := made.exception():
        raise MtmError(f"the workbook could not be written: {type(error).__name__}",
                       where=path.name, expected="a workbook", todo="look at the disk and at the memory, then run again",
                       code="workbook_failed") from error  # fmt: skip
