"""What the numbers of one survey round have to do with each other: which stand in one sum, and which are the same number twice.

Cells, and what follows from the form and from counting, belong here; what is hidden and what an attacker makes of it do not.

Cells are numbers of respondents: who gave an answer (`answer`), of several answers who did not (`others`), who answered (`n`), was
asked (`asked`) and did not answer (`missing`), by domain; and respondents by oblast and sex (`weight`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from warehouse.disclosure.system import Floats, Ints, System

COLUMN = ["what", "indicator_code", "option_code"]
SLOT = ["domain_type", "domain"]
CELL = [*COLUMN, *SLOT]
MOST_ANSWERS = 12  # of a question whose answers are looked through together for who was asked the next one
Matrix = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Sums:
    """Sums over cells: entries (row, cell, factor) and the bounds of each row."""

    rows: Ints
    cells: Ints
    factors: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Facts:
    """Cells of a round in a fixed order (`value` is null where it is not known), which number each one is, and their sums."""

    round_key: str
    cells: pl.DataFrame
    numbers: Ints
    sums: Sums

    def system(self, shown: np.ndarray[Any, Any], *, true: bool) -> System:
        """What somebody knows who sees the numbers that are `shown`; with the true values if `true`."""
        values = self.values()
        lower, upper = np.where(shown, values, 0.0), np.where(shown, values, np.inf)
        used = self.numbers[self.sums.cells]
        return System(
            self.names(), lower, upper, self.sums.rows, used, self.sums.factors, self.sums.lower, self.sums.upper,
            values=values if true else None,
        )  # fmt: skip

    def values(self) -> Floats:
        """The value of each number; nan where no cell of it is known."""
        found = np.full(self.numbers.max(initial=-1) + 1, np.nan)
        values = self.cells["value"].to_numpy()
        known = ~np.isnan(values)
        found[self.numbers[known]] = values[known]
        return found

    def of_everybody(self) -> np.ndarray[Any, Any]:
        """Which cells are the respondents of a domain, as all were asked: with them everything of the domain would go."""
        table = Table.of(self.cells)
        found = np.zeros(len(self.cells), dtype=np.bool_)
        if table.everybody is not None:
            cells = table.cells[table.everybody]
            found[cells[cells >= 0]] = True
        return found

    def names(self) -> tuple[str, ...]:
        """A key of each number, without values: that of its first cell."""
        _, first = np.unique(self.numbers, return_index=True)
        keys = self.cells.select(pl.concat_str([pl.lit(self.round_key), *CELL], separator="|")).to_series()
        return tuple(keys.gather(first).to_list())


def facts_of(round_key: str, estimates: pl.DataFrame, cells: pl.DataFrame, *, surely: bool) -> Facts:
    """`estimates`: rows of a round with n, n_option, n_asked, n_missing; `cells`: respondents by oblast and sex. Null is not known.

    `surely`: every value is known, so that numbers which agree everywhere are the same; else five of them have to.
    """
    from warehouse.survey.same import same_numbers
    from warehouse.survey.sums import sums_of

    found = _cells(estimates, cells)
    return Facts(round_key, found, same_numbers(found, surely=surely), sums_of(found, surely=surely))


def _cells(estimates: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """All cells, ordered by their keys; nan is not known."""
    several = pl.col("kind") == "multiple"
    shares = estimates.filter(pl.col("kind") != "number")
    whole = pl.when(several).then("option_code").otherwise(pl.lit("")).alias("option_code")
    people = estimates.with_columns(whole).group_by("indicator_code", "option_code", *SLOT)
    told = people.agg(pl.col("n").max(), pl.col("n_asked").max(), pl.col("n_missing").max())
    parts = [
        _named(shares, "answer", pl.col("n_option")),
        _named(shares.filter(several), "others", pl.col("n") - pl.col("n_option")),
        _named(told, "n", pl.col("n")),
        _named(told, "asked", pl.col("n_asked")),
        _named(told, "missing", pl.col("n_missing")),
        _named(
            cells.select(
                "respondents",
                indicator_code=pl.lit(""),
                option_code="sex",
                domain_type=pl.lit("oblast"),
                domain="oblast",
            ),
            "weight",
            pl.col("respondents"),
        ),
    ]
    return pl.concat(parts).sort(CELL).with_columns(pl.col("value").fill_null(np.nan)).with_row_index("cell")


def _named(frame: pl.DataFrame, what: str, value: pl.Expr) -> pl.DataFrame:
    return frame.select(
        pl.lit(what).alias("what"), "indicator_code", "option_code", *SLOT, value.cast(pl.Float64).alias("value")
    )


@dataclass(frozen=True)
class Table:
    """The same cells as a table of columns (what, indicator, option) by slots (domains): values, and cell numbers (-1: none)."""

    columns: list[tuple[str, str, str]]
    slots: list[tuple[str, str]]
    values: Matrix
    cells: Ints

    @classmethod
    def of(cls, cells: pl.DataFrame) -> Table:
        """An answer that a domain has no row of was given by nobody; other numbers without a row are not known."""
        columns = cells.select(COLUMN).unique().sort(COLUMN).rows()
        slots = cells.select(SLOT).unique().sort(pl.col("domain_type") != "national", *SLOT).rows()
        at_column, at_slot = {c: n for n, c in enumerate(columns)}, {s: n for n, s in enumerate(slots)}
        x = np.array([at_column[row] for row in cells.select(COLUMN).iter_rows()], dtype=np.int64)
        y = np.array([at_slot[row] for row in cells.select(SLOT).iter_rows()], dtype=np.int64)
        values, numbers = np.full((len(columns), len(slots)), np.nan), np.full((len(columns), len(slots)), -1)
        numbers[x, y] = cells["cell"].to_numpy()
        domains = np.array([kind != "weight" for kind, _, _ in columns])
        domains = (numbers[domains] >= 0).any(axis=0)  # those with a row: not all that a weight is told of
        answers = np.array([kind == "answer" for kind, _, _ in columns])
        values[np.ix_(np.flatnonzero(answers), np.flatnonzero(domains))] = 0.0
        values[x, y] = cells["value"].to_numpy()
        return cls(columns, slots, values, numbers)

    @property
    def everybody(self) -> int | None:
        """The column of those who were asked what all were asked: the respondents of each domain."""
        asked = [n for n, c in enumerate(self.columns) if c[0] == "asked"]
        whole = [n for n in asked if self.slots and not np.isnan(self.values[n, 0])]
        return max(whole, key=lambda n: (self.values[n, 0], -n)) if whole else None
