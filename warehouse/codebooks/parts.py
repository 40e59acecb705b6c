"""Which rows of a file belong to the round, where the file holds several operations, levels or rounds.

Only the codebook's `keep` and `select` are read here; setting the rows aside is done in `normalize/furniture.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from warehouse.codebooks.folding import fold
from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.model import Codebook, RoundNumber
from warehouse.errors import UnreadableDelivery

if TYPE_CHECKING:
    import polars as pl

OTHER, UNKNOWN, KEPT = "other_part", "part_unknown", ""
NEAR, SHORTEST = 85, 5  # how alike, in per cent, and how long a text is that may be a slip of a kept one
_TAG = re.compile(r"#[A-Za-z]\w*(\s*\+\s*\w+)*")


def is_tag_row(texts: list[str]) -> bool:
    """The second header row of an HXL file: every cell that is filled is a tag (`#adm1+name`)."""
    filled = [text.strip() for text in texts if text.strip()]
    return len(filled) > 1 and all(_TAG.fullmatch(text) for text in filled)


def tag_row(match: SheetMatch) -> int | None:
    """The index of the row of HXL tags right below the header, if there is one."""
    i = match.first_row
    return i if i < match.raw.height and is_tag_row(match.raw.texts(i)) else None


def has_parts(book: Codebook) -> bool:
    """Whether files of this codebook may hold more than the round."""
    return bool(book.keep) or any(rule.select for rule in book.round_number)


def parts(match: SheetMatch, book: Codebook, number: int | None) -> pl.Series:
    """For each row below the header: of the round (""), `other_part`, or `part_unknown`. Without a number all rounds count."""
    import polars as pl

    height = match.raw.height - match.first_row
    found = pl.Series("part", [KEPT] * height, dtype=pl.String)
    for rule in book.keep:
        found = _worse(found, _column(match, rule.field, partial(_kept, wanted={fold(t) for t in rule.equals})))
    for select in book.round_number if number is not None else []:
        if select.select and select.field:
            found = _worse(found, _column(match, select.field, partial(_of_round, rule=select, number=number)))
    return found


def left_by_keep(match: SheetMatch, book: Codebook) -> pl.Series:
    """Whether each row below the header is one that `keep` leaves, and no row of HXL tags."""
    rows = parts(match, book, None) != OTHER
    tags = tag_row(match)
    return rows if tags is None else rows.scatter(tags - match.first_row, False)


def refuse_no_part(match: SheetMatch, book: Codebook, number: int | None, name: str) -> None:
    """Refuses a delivery that has rows, and none of them of this round."""
    if not has_parts(book):
        return
    if match.raw.height > match.first_row and not (parts(match, book, number) == KEPT).any():
        said = [f"{k.field}: {', '.join(k.equals)}" for k in book.keep]
        said += [f"round {number}"] if any(r.select for r in book.round_number) else []
        raise UnreadableDelivery(
            "the file holds no row of this round",
            where=f"{name}, sheet {match.raw.name}",
            expected=f"rows with {'; '.join(said)}",
            todo="check the codebook's keep, and the number that was given with --round",
            code="no_part",
        )


def _column(match: SheetMatch, field: str, judge: Callable[[str], str]) -> pl.Series | None:
    """The verdict of each row by one column; None where this sheet has no such column by its codebook."""
    if not any(c.field == field for c in match.sheet.columns):
        return None
    column = match.find(field)
    if column is None:
        raise UnreadableDelivery(
            f"the column {field} is missing: without it nobody can say which rows are of the round",
            where=f"sheet {match.raw.name}, row {match.header_index + 1}",
            expected="every column that keep or select names",
            todo="deliver the file with this column, or add its new label to the codebook",
            code="part_column_missing",
        )
    import polars as pl

    texts = match.raw.column(column.index)[match.first_row :]
    verdicts = {text: judge(fold(text or "")) for text in texts.unique().to_list()}
    return texts.replace_strict(list(verdicts), list(verdicts.values()), return_dtype=pl.String)


def _kept(text: str, wanted: set[str]) -> str:
    if text in wanted:
        return KEPT
    return UNKNOWN if not text or any(_near(text, w) for w in wanted) else OTHER


def _near(text: str, wanted: str) -> bool:
    from rapidfuzz import fuzz

    same_figures = re.findall(r"\d+", text) == re.findall(r"\d+", wanted)
    return same_figures and min(len(text), len(wanted)) >= SHORTEST and fuzz.ratio(text, wanted) >= NEAR


def _of_round(text: str, rule: RoundNumber, number: int | None) -> str:
    hit = re.search(rule.pattern or r"(\d+)", text)
    return UNKNOWN if hit is None else KEPT if int(hit.group(1)) == number else OTHER


def _worse(one: pl.Series, other: pl.Series | None) -> pl.Series:
    """What is certainly of another part is left out; else what is not certain stays so."""
    if other is None:
        return one
    import polars as pl

    frame = pl.DataFrame({"a": one, "b": other})
    either = [pl.when((pl.col("a") == c) | (pl.col("b") == c)).then(pl.lit(c)) for c in (OTHER, UNKNOWN)]
    return frame.select(pl.coalesce([*either, pl.lit(KEPT)]).alias("part"))["part"]


__all__ = [
    "KEPT",
    "OTHER",
    "UNKNOWN",
    "has_parts",
    "is_tag_row",
    "left_by_keep",
    "parts",
    "refuse_no_part",
    "tag_row",
]
