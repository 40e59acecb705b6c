"""Rows that say what another row says, also where the sheet is judged in pieces.

Telling which rows repeat others belongs here; which columns have to be equal, and what that means, is said by those who ask.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame

Tell = Callable[[pl.DataFrame], None]  # is given the rows (row_number), in order


def later_rows(frame: TextFrame, rows: pl.DataFrame, keys: list[str], name: str, tell: Tell) -> None:
    """Tell of the rows whose keys stood in an earlier row; of pieces at the end of the sheet (`finish`)."""
    if frame.match.piece is None:
        tell(rows.filter(pl.col("row_number").cum_count().over(keys) > 1))
        return
    _keep(frame, rows, keys, name, lambda seen: tell(seen.filter(pl.col("row_number").cum_count().over("a", "b") > 1)))


def same_rows(frame: TextFrame, rows: pl.DataFrame, keys: list[str], name: str, tell: Tell) -> None:
    """Tell of all rows that share their keys with another one; of pieces at the end of the sheet."""
    if frame.match.piece is None:
        tell(rows.filter(pl.struct(keys).is_duplicated()))
        return
    _keep(frame, rows, keys, name, lambda seen: tell(seen.filter(pl.struct("a", "b").is_duplicated())))


def _keep(frame: TextFrame, rows: pl.DataFrame, keys: list[str], name: str, at_end: Tell) -> None:
    """Two hashes of the keys stand for them: 128 bits, in which a million rows do not meet by chance."""
    assert frame.match.piece
    one = pl.struct(keys)
    seen = rows.select("row_number", one.hash(seed=1).alias("a"), one.hash(seed=2).alias("b"))
    later(frame, name, seen, at_end)


def later(frame: TextFrame, name: str, rows: pl.DataFrame, at_end: Tell) -> None:
    """Keep rows of a piece, and what is done with those of all pieces together."""
    assert frame.match.piece
    frame.match.piece.habits.rows.setdefault(name, []).append(rows)
    frame.match.piece.habits.at_end[name] = at_end


def finish(frame: TextFrame, findings: Findings) -> None:
    """What only all rows tell, after the last piece of a sheet."""
    piece = frame.match.piece
    if piece is not None and piece.is_last:
        findings.of_all_rows = True
        for name, rows in piece.habits.rows.items():
            piece.habits.at_end[name](pl.concat(rows))
        piece.habits.rows.clear()
