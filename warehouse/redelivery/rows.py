"""Which row of one delivery is which row of the other: by its own key, else by its place, else by its contents.

Pairing rows belongs here; what differs between the two of a pair does not. A pair that is not certain is not made.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from warehouse.codebooks.match import MappedColumn
from warehouse.codebooks.model import Codebook
from warehouse.corrections.locate import INFORMANT
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.values import count_text, fold_expr

PAIR = {"before": pl.Int64, "after": pl.Int64}


@dataclass(frozen=True)
class Sheets:
    """The two frames and the columns that both have: key → frame column before and after."""

    before: TextFrame
    after: TextFrame
    shared: dict[str, tuple[str, str]]


def column_key(column: MappedColumn) -> str:
    """What a column carries, whatever its label: field, pattern groups, option."""
    groups = ",".join(f"{k}={v}" for k, v in sorted(column.groups.items()))
    return "|".join([column.column.field, groups, column.option or ""])


def sheets(before: TextFrame, after: TextFrame) -> Sheets:
    """Both frames, with the columns that can be compared."""
    names = [
        {column_key(c): f.name(c) for c in f.match.columns if f.name(c) in f.data.columns and not _volatile(f, c)}
        for f in (before, after)
    ]
    return Sheets(before, after, {k: (n, names[1][k]) for k, n in names[0].items() if k in names[1]})


def _volatile(frame: TextFrame, column: MappedColumn) -> bool:
    """Numbers that an export gives anew each time: they say nothing about the row."""
    return column.column.field in (frame.match.sheet.row_key, "submission_id")


def pairs(both: Sheets, book: Codebook) -> tuple[pl.DataFrame, str]:
    """Row numbers before and after of rows that are the same row, and by what they were matched.

    A key counts where it is unique on both sides and pairs half of the smaller delivery; rows that it leaves over are
    paired where their whole contents are equal.
    """
    smaller = min(both.before.data.height, both.after.data.height)
    found, how = pl.DataFrame(schema=PAIR), "contents"
    for name, keys in (("unique field", _unique(both, book)), ("place and informant", _place(both, book))):
        keyed = _by_key(*keys) if keys else pl.DataFrame(schema=PAIR)
        if keyed.height * 2 >= smaller and keyed.height:
            found, how = keyed, name
            break
    rest = by_contents(both, found)
    return pl.concat([found, rest]).sort("after"), how


def _unique(both: Sheets, book: Codebook) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    names = [f.of(book.unique or "uuid") for f in (both.before, both.after)]
    if not all(names):
        return None
    one, other = (
        f.data.select("row_number", pl.col(n or "").str.strip_chars().alias("key"))
        for f, n in zip((both.before, both.after), names, strict=True)
    )
    return one, other


def _place(both: Sheets, book: Codebook) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Codes and names of all levels, as far as both deliveries have them, and the informant's number."""
    fields = [f for level in book.places.levels for f in (level.code_field, level.name_field) if f]
    fields = [f for f in fields if both.before.of(f) and both.after.of(f)]
    if not fields:
        return None
    informant = [INFORMANT] if both.before.of(INFORMANT) and both.after.of(INFORMANT) else []
    one, other = (
        f.data.select("row_number", pl.concat_str(
            [fold_expr(f.of(x) or "") for x in fields] + [count_text(f.of(x) or "") for x in informant], separator="\0"
        ).alias("key"))
        for f in (both.before, both.after)
    )  # fmt: skip
    return one, other


def _by_key(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    blank = pl.col("key").str.replace_all("\0", "", literal=True) == ""
    one, other = (d.filter(~blank & (pl.len().over("key") == 1)) for d in (before, after))
    joined = one.rename({"row_number": "before"}).join(other.rename({"row_number": "after"}), on="key")
    return joined.select("before", "after").cast(PAIR)  # type: ignore[arg-type]


def by_contents(both: Sheets, found: pl.DataFrame) -> pl.DataFrame:
    """Rows left over whose shared columns are all equal; as many pairs as both sides have of the same contents."""
    keys = list(both.shared)
    if not keys:
        return pl.DataFrame(schema=PAIR)
    sides = []
    for side, frame in enumerate((both.before, both.after)):
        taken = found[("before", "after")[side]]
        rest = frame.data.filter(~pl.col("row_number").is_in(taken.implode()))
        texts = rest.select("row_number", *(pl.col(both.shared[k][side]).str.strip_chars().alias(k) for k in keys))
        sides.append(texts.with_columns(pl.col("row_number").rank("ordinal").over(keys).alias("_nth")))
    one, other = sides[0].rename({"row_number": "before"}), sides[1].rename({"row_number": "after"})
    joined = one.join(other, on=[*keys, "_nth"]).select("before", "after")
    return joined.cast(PAIR)  # type: ignore[arg-type]
