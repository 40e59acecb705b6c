"""Which cells of the count tables of a round are withheld: from the cells, over one plan for each category, to one row per withheld cell.

Reading the cells and writing down what is decided belong here; the rules are in `small.py` and `plan.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from warehouse.counts.plan import Plan, Rules
from warehouse.counts.proof import prove
from warehouse.counts.shown import open_cells
from warehouse.counts.small import Before, mark
from warehouse.counts.tree import Table, Tree, tree_of

TOTAL, EVERYBODY = "total", "all|all"
GROUP = ["round_key", "population_category"]
SCHEMA = pa.schema(
    [
        ("round_key", pa.string()), ("population_category", pa.string()), ("table_code", pa.string()), ("place_code", pa.string()),
        ("item", pa.string()), ("is_withheld", pa.bool_()), ("has_no_households", pa.bool_()), ("is_added", pa.bool_()),
    ]
)  # fmt: skip


def withheld(cells: pa.Table, before: pa.Table) -> pa.Table:
    """`cells`: int_count_cell; `before`: the same cells as the release before showed them (reference.release_cell)."""
    if not cells.num_rows:
        return SCHEMA.empty_table()
    frame, former = _frame(cells), _frame(before)
    found: list[pa.Table] = [SCHEMA.empty_table()]
    for key, group in frame.group_by(GROUP, maintain_order=True):
        said = former.filter((pl.col("round_key") == key[0]) & (pl.col("population_category") == key[1]))
        plan = plan_of(group, {(t, i, p): (n, h, s) for t, i, p, n, h, s in said.select(SAID).iter_rows()})
        found += [_rows(key, plan, t) for t in range(len(plan.all_tables)) if plan.hidden[t].any()]
    return pa.concat_tables(found)


SAID = ["table_code", "item", "place_code", "individuals", "households", "is_suppressed"]


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame.sort([c for c in (*GROUP, "table_code", "item", "place_code") if c in frame.columns])


def plan_of(cells: pl.DataFrame, before: Before) -> Plan:
    """The settled plan of one category of a round."""
    places = {
        p: (level, above)
        for p, level, above in cells.select("place_code", "place_level", "parent_code").unique().iter_rows()
    }
    tree = tree_of(places)
    tables = [_table(tree, str(code[0]), part) for code, part in cells.group_by("table_code", maintain_order=True)]
    totals = next((t for t in tables if t.code == TOTAL), None)
    nothing = np.full((len(tree.codes), 1), np.nan)
    plan = Plan(
        tree,
        totals or Table(TOTAL, [EVERYBODY], nothing, nothing),
        [t for t in tables if t.code != TOTAL],
        _rules(cells.row(0, named=True)),
    )
    mark(plan, before)
    if any(hidden.any() for hidden in plan.hidden):
        plan.settle()
        prove(plan)
    return plan


def _rules(row: dict[str, Any]) -> Rules:
    sensitive = tuple(s for s in str(row["sensitive_parts"] or "").split(",") if s)
    return Rules(
        row["small_cell_threshold"], row["suppress_from_level"], row["width_people"], row["width_share"], sensitive
    )


def _table(tree: Tree, code: str, cells: pl.DataFrame) -> Table:
    at = {place: i for i, place in enumerate(tree.codes)}
    items = cells["item"].unique().sort().to_list()
    column = {item: i for i, item in enumerate(items)}
    rows = np.array([at[p] for p in cells["place_code"].to_list()])
    columns = np.array([column[i] for i in cells["item"].to_list()])
    people, households = (np.full((len(tree.codes), len(items)), np.nan) for _ in range(2))
    people[rows, columns] = cells["individuals"].cast(pl.Float64).to_numpy()
    households[rows, columns] = cells["households"].cast(pl.Float64).to_numpy()
    told = np.full(len(tree.codes), np.nan)
    told[rows] = cells["total_where_told"].cast(pl.Float64).to_numpy()
    stands = np.zeros(people.shape, dtype=bool)
    stands[rows, columns] = True
    return Table(code, items, people, households, None if np.isnan(told).all() else told, stands)


def _rows(key: tuple[Any, ...], plan: Plan, t: int) -> pa.Table:
    """One row per cell of a withheld table that stays open to guesses, also for parts that a place does not have."""
    table, rows = plan.all_tables[t], []
    for place, item, few in open_cells(plan, t):
        stands = bool(table.stands[place, item])
        if stands or t:
            rows.append((*key, table.code, plan.tree.codes[place], table.items[item], True, few, not stands))
    columns = zip(*rows, strict=True) if rows else [[] for _ in SCHEMA]
    return pa.Table.from_arrays([pa.array(c, type=f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)
