"""The sums that the cells of a survey round stand in.

Only sums belong here: answers of a question, domains of one kind, who was asked a question that hangs on another's answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import polars as pl

from warehouse.disclosure.system import Ints
from warehouse.survey.facts import MOST_ANSWERS, SLOT, Sums, Table

Sum = tuple[list[tuple[int, float]], float, float]  # cells with their factors, and the bounds of the sum


def sums_of(cells: pl.DataFrame, *, surely: bool) -> Sums:
    """All sums of the cells; each is said once."""
    table = Table.of(cells)
    found = list(chain(_answers(cells), _asked(cells), _kinds(table), _follow_ups(table, surely=surely)))
    return Sums(
        np.array([n for n, (entries, _, _) in enumerate(found) for _ in entries], dtype=np.int64),
        np.array([cell for entries, _, _ in found for cell, _ in entries], dtype=np.int64),
        np.array([factor for entries, _, _ in found for _, factor in entries], dtype=np.float64),
        np.array([low for _, low, _ in found]),
        np.array([high for _, _, high in found]),
    )


def _answers(cells: pl.DataFrame) -> Iterator[Sum]:
    """All answers of a single choice, or one of several answers and those who did not give it, are all who answered."""
    several = cells.filter(pl.col("what") == "others").select("indicator_code").unique()
    answers = cells.filter(pl.col("what").is_in(["answer", "others"]))
    single = answers.join(several, on="indicator_code", how="anti").with_columns(option_code=pl.lit(""))
    parts = pl.concat([single, answers.join(several, on="indicator_code", how="semi")])
    key = ["indicator_code", "option_code", *SLOT]
    groups = parts.group_by(key).agg("cell").join(_of(cells, "n"), on=key).sort(key)
    for some, whole in groups.select("cell", "n").iter_rows():
        yield [*((part, 1.0) for part in sorted(some)), (whole, -1.0)], 0.0, 0.0


def _asked(cells: pl.DataFrame) -> Iterator[Sum]:
    """Who was asked answered or did not."""
    key = ["indicator_code", "option_code", *SLOT]
    told = _of(cells, "n").join(_of(cells, "missing"), on=key).join(_of(cells, "asked"), on=key).sort(key)
    for n, missing, asked in told.select("n", "missing", "asked").iter_rows():
        yield [(n, 1.0), (missing, 1.0), (asked, -1.0)], 0.0, 0.0


def _of(cells: pl.DataFrame, what: str) -> pl.DataFrame:
    return cells.filter(pl.col("what") == what).select(
        "indicator_code", "option_code", *SLOT, pl.col("cell").alias(what)
    )


def _kinds(table: Table) -> Iterator[Sum]:
    """The domains of a kind are the whole sample, less those of whom the domain is not known."""
    everybody = table.everybody
    if everybody is None:
        return
    kinds = np.array([kind for kind, _ in table.slots])
    columns = [n for n, c in enumerate(table.columns) if c[0] in ("answer", "n", "missing", "asked")]
    for kind in (str(k) for k in np.unique(kinds) if k != "national"):
        slots = np.flatnonzero(kinds == kind)
        unknown = _unknown(table, everybody, slots)
        for n in (n for n in columns if table.columns[n][1] != kind and table.cells[n, 0] >= 0):
            parts = [(int(cell), 1.0) for cell in table.cells[n, slots] if cell >= 0]
            if parts:
                yield [*parts, (int(table.cells[n, 0]), -1.0)], -unknown, 0.0
        if kind == "oblast":
            yield from _weights(table, everybody, slots)


def _unknown(table: Table, everybody: int, slots: Ints) -> float:
    """How many respondents are in no domain of the kind; where that can't be told, nobody."""
    told = slots[table.cells[everybody, slots] >= 0]
    rest = table.values[everybody, 0] - table.values[everybody, told].sum()
    return 0.0 if np.isnan(rest) else max(float(rest), 0.0)


def _weights(table: Table, everybody: int, slots: Ints) -> Iterator[Sum]:
    """Respondents by oblast and sex are those of the oblast, and those of the sex, as far as they have a weight and both are known."""
    sexes = [n for n, c in enumerate(table.columns) if c[0] == "weight"]
    for slot in slots:
        if table.cells[everybody, slot] >= 0:
            yield from _part_of(table, [(n, int(slot)) for n in sexes], (everybody, int(slot)))
    for n in sexes:
        whole = ("answer", "sex", table.columns[n][2])
        if whole in table.columns:
            yield from _part_of(table, [(n, int(slot)) for slot in slots], (table.columns.index(whole), 0))


def _part_of(table: Table, parts: list[tuple[int, int]], whole: tuple[int, int]) -> Iterator[Sum]:
    """Parts that are no more than the whole, and all of it where that is so or can't be told."""
    there = [part for part in parts if table.cells[part] >= 0]
    if there and table.cells[whole] >= 0:
        least = sum(table.values[part] for part in there) - table.values[whole]
        entries = [*((int(table.cells[part]), 1.0) for part in there), (int(table.cells[whole]), -1.0)]
        yield entries, 0.0 if np.isnan(least) else min(0.0, float(least)), 0.0


def _follow_ups(table: Table, *, surely: bool) -> Iterator[Sum]:
    """Who was asked a question are those who gave one of some answers to another, with those who did not answer that one."""
    if table.everybody is None:
        return
    whole = table.values[table.everybody]
    asked = [
        n for n, c in enumerate(table.columns) if c[0] == "asked" and not _equal(table.values[n], whole, surely=surely)
    ]
    for (question,), columns in _questions(table):
        for n in (n for n in asked if table.columns[n][1] != question):
            for chosen in _subset(table, columns, table.values[n], surely=surely):
                for slot in range(len(table.slots)):
                    cells = [int(c) for c in table.cells[chosen, slot] if c >= 0]
                    if cells and table.cells[n, slot] >= 0:
                        yield [*((c, 1.0) for c in cells), (int(table.cells[n, slot]), -1.0)], 0.0, 0.0


def _questions(table: Table) -> Iterator[tuple[tuple[str], list[int]]]:
    """Single choices with the columns of their answers and of those who did not answer."""
    several = {c[1] for c in table.columns if c[0] == "others"}
    for question in sorted({c[1] for c in table.columns if c[0] == "answer"} - several):
        columns = [n for n, c in enumerate(table.columns) if c[1] == question and c[0] in ("answer", "missing")]
        if len(columns) <= MOST_ANSWERS:
            yield (question,), columns


def _subset(table: Table, columns: list[int], wanted: np.ndarray, *, surely: bool) -> list[list[int]]:
    """The first two or more columns that add up to what is wanted in every domain; one alone is the same number."""
    masks = np.arange(1, 2 ** len(columns))
    bits = (masks[:, None] >> np.arange(len(columns))) & 1
    several = bits.sum(axis=1) > 1
    for n in np.flatnonzero(several & ~(np.abs(bits @ table.values[columns, 0] - wanted[0]) > 0)):
        chosen = [c for c, used in zip(columns, bits[n], strict=True) if used]
        if _equal(table.values[chosen].sum(axis=0), wanted, surely=surely):
            return [chosen]
    return []


def _equal(found: np.ndarray, wanted: np.ndarray, *, surely: bool) -> bool:
    both = ~np.isnan(found) & ~np.isnan(wanted)
    told = int((both & (wanted > 0)).sum())
    return told >= (2 if surely else 5) and bool((found[both] == wanted[both]).all())
