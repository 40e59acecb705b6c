"""The conservation law: rows and people delivered = accepted + rejected, counted from three different places.

Only the counting belongs here: delivered from the raw sheet, accepted from the canonical tables, rejected from the rejected
rows. The gate compares. Rows of totals, headers and notes are rows, and hold no people of their own. A corrected cell counts with
its corrected value on all three sides; the ledger tells what was delivered.

Measures: `rows`, `rows.<sheet>` of repeat sheets, `idp.individuals` for totals, `idp.individuals.year` for parts of a dimension,
`cells.unreadable` for count cells that are no number, `other_layout.individuals` for people in rows whose values stand under
other headers, as far as they can be told: what stands in their own cells is added up nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import polars as pl

from warehouse.codebooks.match import MappedColumn, SheetMatch
from warehouse.codebooks.model import Codebook
from warehouse.normalize.drift.find import IN_OTHER_COLUMNS
from warehouse.normalize.frame import TextFrame
from warehouse.normalize.furniture import NO_PEOPLE
from warehouse.normalize.numbers import all_whole_numbers
from warehouse.normalize.prepare import counted, measured, words
from warehouse.normalize.schema import CONSERVATION
from warehouse.normalize.values import missing_masks

UNREADABLE = "cells.unreadable"
OTHER_LAYOUT = "other_layout.individuals"
NOT_ADDED_UP = [*NO_PEOPLE, *IN_OTHER_COLUMNS]  # rows whose cells are no counts of their columns
Tally = dict[str, int]


@dataclass(frozen=True)
class Kept:
    """What became of one sheet. `counts` are in long form; `rejected`: row numbers with reason_code."""

    whole: TextFrame
    counts: pl.DataFrame
    accepted_rows: int
    rejected: pl.DataFrame
    gone: list[int]  # repeat rows that went with their parent
    is_repeat: bool = False
    drifted: dict[int, int | None] = field(default_factory=dict)  # people of rows in another layout, as far as told


class Law:
    """What was counted so far, sheet by sheet (or piece by piece), on the three sides."""

    def __init__(self, round_key: str, book: Codebook) -> None:
        """Nothing is counted yet."""
        self.round_key, self.book = round_key, book
        self.delivered: Tally = defaultdict(int)
        self.rejected: Tally = defaultdict(int)
        self.accepted: Tally = defaultdict(int)

    def add(self, kept: Kept, population: pl.DataFrame) -> None:
        """A sheet, and what the canonical table has of it."""
        rows = f"rows.{kept.whole.match.sheet.name}" if kept.is_repeat else "rows"
        self.delivered[rows] += _content_rows(kept.whole.match)
        self.accepted[rows] += kept.accepted_rows
        self.rejected[rows] += kept.rejected.height + len(kept.gone)
        _add(self.delivered, _delivered(kept, self.book))
        _add(self.rejected, _rejected(kept))
        if told := _told(kept):
            self.delivered[OTHER_LAYOUT] += told
            self.rejected[OTHER_LAYOUT] += told
        _add(self.accepted, _tally(population.rename({"population_category": "category"})))

    def table(self) -> pl.DataFrame:
        """One row per measure, totals first."""
        names = sorted(
            set(self.delivered) | set(self.accepted) | set(self.rejected),
            key=lambda n: (not n.startswith("rows"), n.count("."), n),
        )
        law = [
            (self.round_key, n, self.delivered[n], self.accepted[n], self.rejected[n])
            for n in names
            if n != UNREADABLE or self.delivered[n] or self.accepted[n]
        ]
        return pl.DataFrame(law, schema=CONSERVATION, orient="row")


def _add(tally: Tally, more: Tally) -> None:
    for name, number in more.items():
        tally[name] += number


def _content_rows(match: SheetMatch) -> int:
    """Rows below the header with any content, counted on the sheet itself."""
    filled = pl.Series(values=[False] * (match.raw.height - match.first_row), dtype=pl.Boolean)
    for index in range(match.raw.width):
        if filled.all():
            break
        filled = filled | (match.raw.column(index)[match.first_row :] != "")
    return int(filled.sum())


def _delivered(kept: Kept, book: Codebook) -> Tally:
    """People by measure, added up from the sheet's own columns."""
    match, tally = kept.whole.match, Tally()
    first = match.first_row + match.shift
    skip = [n - 1 - first for n in kept.rejected.filter(pl.col("reason_code").is_in(NOT_ADDED_UP))["row_number"]]
    labels = _row_labels(kept) if match.sheet.measure else None
    columns = counted(kept.whole)
    for column, numbers, unread in zip(columns, *_read(kept, columns, book, skip), strict=True):
        tally[UNREADABLE] = tally.get(UNREADABLE, 0) + unread
        if labels is None:
            measure = measured(column)
            assert measure is not None
            name = _name(measure.category, measure.unit, measure.dimension)
            tally[name] = tally.get(name, 0) + int(numbers.sum())
        else:
            _add_rows(tally, labels, numbers, first)
    return tally


def _read(
    kept: Kept, columns: list[MappedColumn], book: Codebook, skip: list[int]
) -> tuple[list[pl.Series], list[int]]:
    """Of each column its numbers, and how many of its cells are none. `skip`: positions of rows that hold no people."""
    texts = [_texts(kept.whole.match, c.index) for c in columns]
    counts = all_whole_numbers(texts, [kept.whole.style(f"c{c.index}") for c in columns])
    missing = missing_masks(texts, [words(book, c.column) for c in columns])
    names = [(f"n{i}", f"m{i}") for i in range(len(columns))]
    frame = pl.DataFrame(
        [s for n, m, name in zip(counts, missing, names, strict=True) for s in (n.alias(name[0]), m.alias(name[1]))]
    )
    left = pl.lit(pl.Series(range(len(texts[0]) if texts else 0), dtype=pl.Int64).is_in(skip).not_())
    read = frame.select(pl.when(left & ~((pl.col(n) < 0) | pl.col(m))).then(pl.col(n)).alias(n) for n, m in names)
    unread = read.select((pl.col(n).is_null() & left & ~frame[m]).sum() for n, m in names)
    return read.get_columns(), list(unread.row(0)) if columns else []


def _texts(match: SheetMatch, index: int) -> pl.Series:
    """A column below the header as delivered, corrected cells with the value that a person put in their place."""
    texts = match.raw.column(index)[match.first_row :]
    first = match.first_row + match.shift
    at = {number - 1 - first: text for number, column, text in match.overrides if column == index}
    corrected = {position: text for position, text in at.items() if 0 <= position < texts.len()}
    return texts.scatter(list(corrected), list(corrected.values())) if corrected else texts


def _row_labels(kept: Kept) -> pl.DataFrame:
    """The measure that each row of a long sheet counts to."""
    keys = ["category", "unit", "dimension"]
    named = (
        kept.counts.select(keys)
        .unique()
        .with_columns(pl.struct(keys).map_elements(_of_struct, pl.String).alias("name"))
    )
    return kept.counts.select("row_number", *keys).join(
        named, on=keys, how="left", nulls_equal=True, maintain_order="left"
    ).select("row_number", "name")  # fmt: skip


def _of_struct(row: dict[str, str | None]) -> str:
    return _name(row["category"] or "unknown", str(row["unit"]), str(row["dimension"]))


def _add_rows(tally: Tally, labels: pl.DataFrame, numbers: pl.Series, first_row: int) -> None:
    at = labels["row_number"] - 1 - first_row
    summed = labels.with_columns(numbers.gather(at).alias("n")).group_by("name").agg(pl.col("n").sum())
    for name, number in summed.iter_rows():
        tally[name] = tally.get(name, 0) + number


def _rejected(kept: Kept) -> Tally:
    """People by measure in rejected rows, and in repeat rows that went with their parent."""
    lost = [*kept.rejected.filter(~pl.col("reason_code").is_in(NOT_ADDED_UP))["row_number"], *kept.gone]
    return _tally(kept.counts.filter(pl.col("row_number").is_in(lost)))


def _told(kept: Kept) -> int:
    """People in rows whose values stand under other headers, as far as they can be told."""
    rows = kept.rejected.filter(pl.col("reason_code").is_in(IN_OTHER_COLUMNS))["row_number"]
    return sum(kept.drifted.get(row) or 0 for row in rows)


def _tally(counts: pl.DataFrame) -> Tally:
    """People by measure, and unreadable cells, of counts in long form."""
    keys = ["category", "unit", "dimension"]
    summed = counts.group_by(keys).agg(
        pl.col("value").sum(), (pl.col("value_status") == "unreadable").sum().alias("bad")
    )
    tally: Tally = defaultdict(int)
    for category, unit, dimension, value, bad in summed.iter_rows():
        tally[_name(category or "unknown", unit, dimension)] += value
        tally[UNREADABLE] += bad
    return tally


def _name(category: str, unit: str, dimension: str) -> str:
    return f"{category}.{unit}" + ("" if dimension == "total" else f".{dimension}")
