"""What an attacker reads in the published marts of counts by place: one system per round and category in which anything is withheld.

Only the marts are read for what is known; the build database says which sums are true, and how wide a withheld count must stay. Deciding
what to withhold is the work of `warehouse/counts`, of which nothing is used here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np

from warehouse.disclosure.published import PublishedSystem
from warehouse.disclosure.published.catalogue import schema_of, tables_of
from warehouse.disclosure.published.cells import CELLS, DIRECT, TRUE, Cell, Cells, Said
from warehouse.disclosure.published.sums import Row, rows_of
from warehouse.disclosure.system import System, needed_width

Connection = duckdb.DuckDBPyConnection


def systems(
    con: Connection, previous: Connection | None = None, true: Connection | None = None
) -> Iterator[PublishedSystem]:
    """One system per round and category. With `true` only rounds of which it has the true counts: others stood before its gate themselves."""
    schema = schema_of(con, "mart_population")
    if true is not None and "int_count_cell" not in tables_of(true):
        true = None  # no build of these models
    truths = {} if true is None else true_cells(true)
    for key in withheld_groups(con, schema):
        if true is None or key in truths:
            yield system_of(key, read(con, schema, key), truths.get(key))


def withheld_groups(con: Connection, schema: str) -> list[tuple[str, str]]:
    """Round and category of everything that is withheld in a mart of counts."""
    there, found = tables_of(con), set()
    for mart, (category, *_) in CELLS.items():
        if mart in there:
            sql = f"SELECT DISTINCT round_key, {category} FROM {schema}{mart} WHERE is_suppressed"
            found |= {(str(r), str(c)) for r, c in con.execute(sql).fetchall()}
    return sorted(found)


def read(con: Connection, schema: str, key: tuple[str, str]) -> Cells:
    """All cells of a round and category as the marts show them, and where else a withheld one stands."""
    there, cells = tables_of(con), Cells()
    for mart, (category, table, item, households) in CELLS.items():
        if mart in there:
            sql = (
                f"SELECT {table}, {item}, place_code, parent_code, individuals, {households}, is_suppressed FROM {schema}{mart} "
                f"WHERE round_key = ? AND {category} = ? ORDER BY ALL"
            )
            for row in con.execute(sql, [*key]).fetchall():
                cells.add(mart, row)
    for mart, sql in DIRECT.items():
        if mart in there:
            for place, value in con.execute(sql.format(schema=schema), [*key]).fetchall():
                cells.tell(("total", "all|all", str(place)), value)
    return cells


def true_cells(con: Connection) -> dict[tuple[str, str], dict[Cell, Said]]:
    """Round and category → cell → true people and households, and the widths that the operation wants."""
    schema = schema_of(con, "int_count_cell")
    found: dict[tuple[str, str], dict[Cell, Said]] = {}
    if not schema:
        return found
    for key, category, table, item, place, people, households, width, share in con.execute(
        TRUE.format(schema=schema)
    ).fetchall():
        said = Said(people, households, float(width), float(share))
        found.setdefault((str(key), str(category)), {})[str(table), str(item), str(place)] = said
    return found


def system_of(key: tuple[str, str], cells: Cells, truth: dict[Cell, Said] | None) -> PublishedSystem:
    """What the cells of a round and category tell. With `truth` only sums that hold."""
    names = [(cell, unit) for cell in cells.order for unit in (0, 1)]
    at = {name: i for i, name in enumerate(names)}
    known = np.array([_known(cells, cell, unit) for cell, unit in names], dtype=np.float64)
    rows = [row for row in rows_of(cells, truth) if any(np.isnan(known[at[c]]) for c, _ in row.cells)]
    targets = [at[t] for t in _targets(cells, truth)]
    system = System(
        names=tuple(":".join((*key, *cell, ("people", "households")[unit])) for cell, unit in names),
        lower=np.where(np.isnan(known), 0.0, known),
        upper=np.where(np.isnan(known), np.inf, known),
        **_entries(rows, at),
    )
    marts = tuple(cells.mart[names[t][0]] for t in targets)
    return PublishedSystem(
        f"counts {key[0]} {key[1]}",
        system,
        np.array(targets, dtype=np.int64),
        _needed(names, targets, cells, truth),
        marts,
    )


def _entries(rows: list[Row], at: dict[tuple[Cell, int], int]) -> dict[str, Any]:
    entries = [(n, at[cell], factor) for n, row in enumerate(rows) for cell, factor in row.cells]
    return {
        "rows": np.array([e[0] for e in entries], dtype=np.int64),
        "cells": np.array([e[1] for e in entries], dtype=np.int64),
        "factors": np.array([e[2] for e in entries], dtype=np.float64),
        "row_lower": np.array([row.lower for row in rows], dtype=np.float64),
        "row_upper": np.array([row.upper for row in rows], dtype=np.float64),
    }


def _known(cells: Cells, cell: Cell, unit: int) -> float:
    """The value that the marts tell; a cell that is shown without one is nobody."""
    value = cells.shown[cell][unit]
    if value is not None:
        return float(value)
    return np.nan if cells.hidden[cell] else 0.0


def _targets(cells: Cells, truth: dict[Cell, Said] | None) -> Iterator[tuple[Cell, int]]:
    """The withheld cells. Whether households were told at all is known only with the true counts."""
    for cell in cells.order:
        if cells.hidden[cell]:
            yield cell, 0
            if (
                truth is not None
                and cell in truth
                and truth[cell].households is not None
                and cells.shown[cell][1] is None
            ):
                yield cell, 1


def _needed(names: list[tuple[Cell, int]], targets: list[int], cells: Cells, truth: dict[Cell, Said] | None) -> Any:
    """max(10 people, 20 %), or what the operation says; where a whole country has fewer, all of them."""
    whole = [cells.shown[c] for c in cells.order if c[0] == "total" and not cells.parent.get(c[2])]
    found = []
    for cell, unit in (names[t] for t in targets):
        most = min((float(n) for n in (w[unit] for w in whole) if n is not None), default=np.inf)
        said = (truth or {}).get(cell)
        value = None if said is None else (said.people, said.households)[unit]
        if truth is None:
            found.append(np.nan)
            continue
        width, share = (said.width, said.share) if said else (10.0, 0.2)
        found.append(min(most, float(needed_width(np.array([value or 0.0]), width, share)[0])))
    return np.array(found, dtype=np.float64)
