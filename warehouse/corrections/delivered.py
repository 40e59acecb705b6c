"""Values as delivered beside values as used: the population table keeps the delivered text of a corrected count.

Only this one column is put back here; answers of a survey keep their delivered text in the vault's file alone.
"""

from __future__ import annotations

import polars as pl

from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.recognise import Recognised
from warehouse.corrections.cells import Held
from warehouse.corrections.locate import sheets_of
from warehouse.normalize.frame import text_frame
from warehouse.normalize.prepare import measured
from warehouse.normalize.values import count_text

KEYS = ("dimension", "item", "sex", "age_group", "unit")


def keep_delivered(
    population: pl.DataFrame, assessment: pl.DataFrame, applied: list[Held], found: Recognised
) -> pl.DataFrame:
    """The table with `delivered_value` as it stood in the file, for every cell that a correction overrode."""
    if population.is_empty() or not applied:
        return population
    row_ids = dict(assessment.select("row_number", "row_id").iter_rows())
    for held in applied:
        match = next(m for m in sheets_of(found) if m.raw.name == held.sheet)
        owners = dict(zip(held.row_numbers, held.row_numbers, strict=True))
        if match.sheet.role != "main":
            owners = _parents(found.main, match)
        for number, text in zip(held.row_numbers, held.delivered, strict=True):
            if (row_id := row_ids.get(owners.get(number, 0))) is not None:
                population = _put_back(population, held, match, row_id, text)
    return population


def _parents(main: SheetMatch, repeat: SheetMatch) -> dict[int, int]:
    """Row number of a repeat sheet → row number of its parent on the main sheet."""
    frames = text_frame(main), text_frame(repeat)
    key, parent = frames[0].of(main.sheet.row_key or ""), frames[1].of(repeat.sheet.parent_key or "")
    if key is None or parent is None:
        return {}
    ours = frames[0].data.select(count_text(key).alias("key"), pl.col("row_number").alias("owner"))
    theirs = frames[1].data.select("row_number", count_text(parent).alias("key"))
    return dict(theirs.join(ours, on="key").select("row_number", "owner").iter_rows())


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
        long = match.sheet.measure
        return pl.col("dimension") == long.dimension if long else pl.lit(True)
    same = pl.col("population_category") == measure.category
    for key in KEYS:
        same = same & pl.col(key).eq_missing(pl.lit(getattr(measure, key), pl.String))
    return same
