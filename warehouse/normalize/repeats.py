"""Repeat sheets: their rows find their parents, also through a repeat in between; their counts go with the parent's row.

Joining children to parents belongs here; the counts of a sheet are in `population.py`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.model import Codebook
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.furniture import furniture, without
from warehouse.normalize.large import aside_rows
from warehouse.normalize.pieces import pieces_of
from warehouse.normalize.population import counts
from warehouse.normalize.prepare import prepare
from warehouse.normalize.rows import VERDICT
from warehouse.normalize.values import count_text

PARENT = {"parent_key": pl.String, "row_id": pl.String, "place_code": pl.String, "place_level": pl.Int64}


@dataclass(frozen=True)
class Repeat:
    """A repeat sheet, or a piece of one. `accepted`: row_number, row_id, place_code, place_level; `rejected`: rows with reasons of their own;
    `gone`: rows whose parent was rejected."""

    whole: TextFrame
    frame: TextFrame
    counts: pl.DataFrame
    accepted: pl.DataFrame
    rejected: pl.DataFrame
    gone: pl.DataFrame
    findings: Findings  # where what is noticed of these rows goes


def keyed(frame: TextFrame, accepted: pl.DataFrame) -> pl.DataFrame:
    """parent_key of every row of a frame, with what accepted rows are (null where the row was rejected)."""
    name = frame.of(frame.match.sheet.row_key or "index")
    if name is None:
        return pl.DataFrame(schema=PARENT)
    rows = frame.data.select("row_number", count_text(name).alias("parent_key")).filter(pl.col("parent_key") != "")
    return rows.join(accepted, on="row_number", how="left", maintain_order="left").select(list(PARENT))


def repeats(
    matches: list[SheetMatch],
    parents: dict[str, pl.DataFrame],
    book: Codebook,
    findings: Findings,
    *,
    whole: bool = False,
) -> Iterator[Repeat]:
    """All repeat sheets, large ones in pieces. `parents`: name of a codebook's sheet, or of a delivered one, to its keyed rows.

    `whole`: each at once, however large it is.
    """
    waiting, known = list(matches), dict(parents)
    while waiting:
        ready = [m for m in waiting if not _waits(m, waiting)] or waiting[:1]
        for match in ready:
            waiting.remove(match)
            is_parent = any(match.sheet.name == other.sheet.parent for other in waiting)
            keys: list[pl.DataFrame] | None = [] if is_parent else None
            yield from _repeat(match, _parents(match, known, parents), book, findings, keys, whole=whole)
            if keys:
                known[match.sheet.name] = pl.concat(keys)


def _repeat(
    match: SheetMatch, parents: pl.DataFrame, book: Codebook, findings: Findings, keys: list[pl.DataFrame] | None, *,
    whole: bool,
) -> Iterator[Repeat]:  # fmt: skip
    """A repeat sheet, or its pieces. `keys`: takes its keyed rows, where it is a parent itself."""
    pieces: Sequence[SheetMatch] = [match] if whole else pieces_of(match)
    single = len(pieces) == 1
    aside = None if single else aside_rows(match, pieces, book, None, findings)
    scratch = findings if single else findings.scratch()
    # two parents with one index: nobody can say whose rows these are
    unique = parents.unique("parent_key", keep="none").with_columns(pl.lit(value=True).alias("known"))
    for piece in pieces:
        if not single:
            gc.collect()  # as in mains.py
        repeat = _piece(piece, unique, book, scratch, aside)
        if keys is not None:
            keys.append(keyed(repeat.frame, repeat.accepted))
        yield repeat
        del repeat  # before the next one is made
    if not single:
        findings.take_over(scratch)


def _waits(match: SheetMatch, waiting: list[SheetMatch]) -> bool:
    return any(match.sheet.parent == other.sheet.name for other in waiting if other is not match)


def _parents(match: SheetMatch, known: dict[str, pl.DataFrame], mains: dict[str, pl.DataFrame]) -> pl.DataFrame:
    if match.sheet.parent in known:
        return known[match.sheet.parent]
    return next(iter(mains.values()), pl.DataFrame(schema=PARENT))


def _piece(
    match: SheetMatch, parents: pl.DataFrame, book: Codebook, findings: Findings, all_aside: pl.DataFrame | None
) -> Repeat:
    whole = prepare(match, book, findings)
    if all_aside is None:
        aside = furniture(whole, book, findings)
    else:
        aside = all_aside.join(whole.data.select("row_number"), on="row_number", how="semi", maintain_order="left")
    frame = without(whole, aside["row_number"].to_list())
    found = counts(frame, book, findings)
    key = frame.of(match.sheet.parent_key or "parent_index")
    rows = frame.data.select("row_number", (count_text(key) if key else pl.lit("")).alias("parent_key"))
    if all_aside is not None:  # of a piece: a table of all parents for each of them takes longer
        parents = parents.filter(pl.col("parent_key").is_in(rows["parent_key"].unique().implode()))
    joined = rows.join(parents, on="parent_key", how="left", maintain_order="left")
    orphans = _verdict(joined.filter(pl.col("known").is_null()), "orphan_row")
    bad = found.filter(
        (pl.col("value_status") == "unreadable") | pl.any_horizontal(pl.col("category", "sex", "age_group").is_null())
    )
    code = (
        pl.when(pl.col("value_status") == "unreadable")
        .then(pl.lit("not_a_whole_number"))
        .otherwise(pl.lit("unknown_category"))
    )
    unread = _verdict(bad.unique("row_number", maintain_order=True), code)
    gone = joined.filter(pl.col("known") & pl.col("row_id").is_null()).select("row_number")
    unread = unread.join(gone, on="row_number", how="anti", maintain_order="left")
    rejected = pl.concat([aside.cast(VERDICT), orphans, unread]).unique("row_number", keep="first", maintain_order=True)  # type: ignore[arg-type]
    accepted = joined.filter(pl.col("row_id").is_not_null()).join(
        rejected, on="row_number", how="anti", maintain_order="left"
    )
    return Repeat(
        whole,
        frame,
        found,
        accepted.select("row_number", *list(PARENT)[1:]),
        rejected.sort("row_number"),
        gone,
        findings,
    )


def _verdict(rows: pl.DataFrame, code: str | pl.Expr) -> pl.DataFrame:
    reason = pl.lit(code) if isinstance(code, str) else code
    return rows.select("row_number", reason.alias("reason_code"), pl.lit("").alias("column_label")).cast(VERDICT)  # type: ignore[arg-type]
