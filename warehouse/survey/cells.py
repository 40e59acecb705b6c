"""The weights of all survey rounds as one table, from tables of cells, margins and designs.

Turning rows into what `weighting.py` decides on, and its answer into rows, belongs here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from warehouse.survey.raking import kish
from warehouse.survey.weighting import Cell, Margin, Rules, Weighing, weigh

Row = dict[str, Any]
UNKNOWN = "unknown"
COLUMNS = pa.schema(
    [
        *((name, pa.string()) for name in ("round_key", "oblast", "sex", "raking_status")),
        *((name, pa.string()) for name in ("margins_used", "margins_left_out", "categories_together", "stock_round_key")),
        *((name, pa.int64()) for name in ("respondents", "iterations")),
        *((name, pa.float64()) for name in ("base_weight", "base_weight_square", "raked_weight", "trimmed_weight")),
        *((name, pa.float64()) for name in ("margin_distance", "margin_distance_trimmed")),
        *((f"{name}_{of}", pa.float64()) for of in ("base", "raked", "trimmed") for name in ("design_effect", "effective_n")),
        *((name, pa.bool_()) for name in ("is_placed", "is_trimmed")),
    ]
)  # fmt: skip


def cell_weights(
    cells: Sequence[Row], margins: Sequence[Row], stated: Sequence[Row], designs: Sequence[Row]
) -> pa.Table:
    """One row per survey round × cell.

    `cells`: int_survey_cell; `margins`: int_survey_margin; `stated`: reference.survey_margin; `designs`: reference.survey_design.
    """
    by_round: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(cells, key=lambda row: (row["round_key"], row["oblast"], row["sex"])):
        by_round[row["round_key"]].append(row)
    rows = [row for key, found in by_round.items() for row in _weighed(key, found, margins, stated, designs)]
    return pa.Table.from_pylist(rows, schema=COLUMNS)


def _weighed(
    key: str, found: list[Row], margins: Sequence[Row], stated: Sequence[Row], designs: Sequence[Row]
) -> list[Row]:
    own = [row for row in stated if row["round_key"] == key]
    done, status = None, "not_stated"
    if own:
        done = weigh([_cell(row) for row in found], _margins(own, margins), _rules(key, designs))
        status = done.status
    told = _told(done, found) | {"raking_status": status, "stock_round_key": _joined(r["stock_round_key"] for r in own)}
    return [told | row | _factors(done, i) for i, row in enumerate(found)]


def _cell(row: Row) -> Cell:
    oblast, sex = (None if row[part] == UNKNOWN else row[part] for part in ("oblast", "sex"))
    return Cell(oblast, sex, row["respondents"], row["base_weight"])


def _margins(own: list[Row], margins: Sequence[Row]) -> list[Margin]:
    found = []
    for stated in sorted(own, key=lambda row: row["margin_number"]):
        rows = [r for r in margins if all(r[k] == stated[k] for k in ("round_key", "margin_number"))]
        by = tuple(part for part in ("oblast", "sex") if stated[f"by_{part}"])
        stock = {tuple(row[part] for part in by): row["stock"] for row in rows}
        found.append(Margin(by, stock, rows[0]["share_told"] if rows else None, stated["minimum_told"]))
    return found


def _rules(key: str, designs: Sequence[Row]) -> Rules:
    operation, component, _ = key.split("-")
    row = next(d for d in designs if (d["operation"], d["component"]) == (operation, component))
    bounds = (row["lower_bound"], row["upper_bound"])
    return Rules(row["minimum_cell"], row["gaps"], bounds, row["tolerance"], row["max_iterations"])


def _told(done: Weighing | None, found: list[Row]) -> Row:
    """What holds for the whole round."""
    row: Row = _effect("base", found, [1.0] * len(found))
    if done is None:
        return row
    row |= {
        "margins_used": _joined(done.used),
        "margins_left_out": _joined(done.left_out),
        "categories_together": _joined(done.collapsed),
    }
    if done.first:
        row |= {"iterations": done.first.iterations, "margin_distance": done.first.deviation}
    if done.second and done.raked and done.trimmed:
        row |= {"margin_distance_trimmed": done.second.deviation}
        row |= _effect("raked", found, done.raked) | _effect("trimmed", found, done.trimmed)
    return row  # fmt: skip


def _factors(done: Weighing | None, i: int) -> Row:
    if done is None or done.raked is None or done.trimmed is None:
        return {}
    raked, trimmed = done.raked[i], done.trimmed[i]
    return {
        "raked_weight": raked,
        "trimmed_weight": trimmed,
        "is_placed": done.placed[i],
        "is_trimmed": abs(raked - trimmed) > 1e-9,
    }


def _effect(of: str, found: list[Row], factors: list[float]) -> Row:
    n = sum(row["respondents"] for row in found)
    pairs = list(zip(found, factors, strict=True))
    total = sum(factor * row["base_weight"] for row, factor in pairs)
    effect = kish(n, total, sum(factor**2 * row["base_weight_square"] for row, factor in pairs))
    return {f"design_effect_{of}": effect, f"effective_n_{of}": n / effect}


def _joined(words: Any) -> str | None:
    return "; ".join(dict.fromkeys(word for word in words if word)) or None
