"""Values as delivered beside values as used: the population table keeps the delivered text of a corrected count.

Only this one column is put back here; answers of a survey keep their delivered text in the vault's file alone.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.recognise import Recognised
from warehouse.corrections.cells import Held
from warehouse.normalize.population import measured

KEYS = ("dimension", "item", "sex", "age_group", "unit")


def keep_delivered(
    population: pl.DataFrame, assessment: pl.DataFrame, applied: list[Held], found: Recognised
) -> pl.DataFrame:
    """The table with `delivered_value` as it stood in the file, for every cell that a correction overrode."""
    if population.is_empty() or not applied:
        return population
    row_ids = dict(assessment.select("row_number", "row_id").iter_rows())
    for held in applied:
        if held.sheet != found.main.raw.name:
            continue  # a repeat's count has no row of its own here: its delivered text stays in the vault's file
        for number, text in zip(held.row_numbers, held.delivered, strict=True):
            if (row_id := row_ids.get(number)) is not None:
                population = _put_back(population, held, found.main, row_id, text)
    return population


def _put_back(population: pl.DataFrame, held: Held, match: SheetMatch, row_id: str, text: str) -> pl.DataFrame:
    used = pl.col("delivered_value") == held.entry.value
    cell = (pl.col("row_id") == row_id) & used & _measure(held, match)
    # where one row of the file gives several counts with this very text it can't be told which is the corrected one
    if population.filter(cell).height != 1:
        return population
    return population.with_columns(
        pl.when(cell).then(pl.lit(text)).otherwise(pl.col("delivered_value")).alias("delivered_value")
    )


def _measure(held: Held, match: SheetMatch) -> pl.Expr:
    """What the corrected column counts; every count of the row where a column says it by other cells (long form)."""
    column = held.column
    measure = measured(column) if column else None
    if measure is None:
        return pl.lit(True)
    same = pl.col("population_category") == measure.category
    for key in KEYS:
        same = same & pl.col(key).eq_missing(pl.lit(getattr(measure, key), pl.String))
    return same
