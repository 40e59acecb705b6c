"""Rows of a large round: the synthetic Kyrgyz round once, and copies of it that are other people in other settlements.

Making rows belongs here; writing them to a file does not. Oblasts and rayons stay Kyrgyz: no country has 9,000 oblasts. Below
them every copy has aiyl aimaks and settlements of its own, so an aimak keeps its handful of settlements. What belongs together
in a row (a category with its parts, a block of the form with its skip logic) is taken from one row of the round, each block
from another one: sums hold, and no two copies of a row say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

import polars as pl

SEED, ROUND = 2024, 4
AT_ONCE = 40_000  # rows of the main sheet that are written at a time
STEPS = (7, 11, 13, 17, 19, 23, 29)  # by how many rows each block moves from copy to copy
MODULES = ("skills", "channels", "services")  # questions that the large survey asks beside those of the Kyrgyz one
LIKE = "needs"  # … each with as many options as this one
KEYS = ("_id", "_index", "_parent_index", "_submission__id")
FIRST_STEP = 7  # from one `_id` to the next


@dataclass(frozen=True)
class Base:
    """The round once. `fixed`: positions whose blocks stay (tests, refusals, the submission that was sent twice)."""

    component: Literal["bma", "rms"]
    sheet: str
    main: pl.DataFrame
    repeat_sheet: str
    repeat: pl.DataFrame
    blocks: list[list[str]]
    moving: list[int]
    twice: tuple[int, int]  # position of a submission and of its copy
    answers: int


@cache
def base_of(component: Literal["bma", "rms"], *, broken: bool) -> Base:
    """The Kyrgyz round of a component, as texts."""
    import numpy as np

    from warehouse.sample.figures import load_figures
    from warehouse.sample.places import frame

    figures = load_figures()
    places = frame(figures, np.random.default_rng([SEED, 0, 0]), None)
    made = _baseline(figures, places) if component == "bma" else _survey(figures, places)
    return _broken(made) if broken else made


def copies(base: Base, times: int) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Main and repeat rows of all copies, some copies at a time; the first copy has the round's own rows."""
    at_once = max(1, AT_ONCE // base.main.height)
    for first in range(0, times, at_once):
        both = [_copy(base, k) for k in range(first, min(times, first + at_once))]
        yield pl.concat([main for main, _ in both]), pl.concat([repeat for _, repeat in both])


def _copy(base: Base, k: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    main, repeat = base.main, base.repeat
    if k:
        for step, block in zip(STEPS, base.blocks, strict=False):
            order = _order(base, k * step)
            main = main.with_columns(base.main.select(block)[order])
            if not repeat.is_empty() and block[0] in CATEGORY_OF:
                repeat = _moved(repeat, CATEGORY_OF[block[0]], order)
    if not repeat.is_empty():
        repeat = repeat.sort(pl.col("_parent_index").cast(pl.Int64), maintain_order=True)
    return _own(main, base, k), _own(repeat, base, k)


def _order(base: Base, shift: int) -> list[int]:
    """From which row of the round each row takes a block."""
    order, n = list(range(base.main.height)), len(base.moving)
    for i, position in enumerate(base.moving):
        order[position] = base.moving[(i + shift) % n]
    order[base.twice[1]] = order[base.twice[0]]
    return order


def _moved(repeat: pl.DataFrame, category: str, order: list[int]) -> pl.DataFrame:
    """The repeat rows of a category under the rows that took it over (rows are known by `_index`, from 1)."""
    mine = pl.col(CATEGORY_COLUMN) == category
    taken = pl.DataFrame({
        "_parent_index": [str(j + 1) for j in order], "to": [str(i + 1) for i in range(len(order))]
    })  # fmt: skip
    other = taken.join(repeat.filter(mine), on="_parent_index", how="inner", maintain_order="left")
    other = other.with_columns(pl.col("to").alias("_parent_index")).select(repeat.columns)
    return pl.concat([repeat.filter(~mine), other])


def _own(frame: pl.DataFrame, base: Base, k: int) -> pl.DataFrame:
    """The rows with keys, settlements and submissions of this copy."""
    if frame.is_empty():
        return frame
    rows = base.main.height
    if "_parent_table_name" in frame.columns:
        ids = base.main.select(pl.col("_index").alias("_parent_index"), pl.col("_id").alias("_submission__id"),
                               pl.col("_uuid").alias("_submission__uuid"))  # fmt: skip
        frame = frame.drop("_submission__id", "_submission__uuid").join(
            ids, on="_parent_index", how="left", maintain_order="left"
        )
        frame = frame.with_columns(pl.int_range(1, pl.len() + 1).cast(pl.String).alias("_index"))
        frame = frame.select(base.repeat.columns)
    repeat = "_parent_table_name" in frame.columns
    steps = {"_id": rows * FIRST_STEP, "_submission__id": rows * FIRST_STEP, "_parent_index": rows}
    steps["_index"] = frame.height if repeat else rows
    moved = [(pl.col(name).cast(pl.Int64) + k * steps[name]).cast(pl.String) for name in KEYS if name in frame.columns]
    moved += [
        (pl.lit(f"{k:08x}") + pl.col(n).str.slice(8)).alias(n)
        for n in ("_uuid", "_submission__uuid")
        if n in frame.columns
    ]
    texts = [n for n in frame.columns if n in base.main.columns and _is_place(n)]
    moved += [  # the first copy too: one coding in the whole sheet
        pl.col(n).str.replace(r"-G(\d+)", f"-G{k:04d}$1").str.replace(r" (\d+) \(", f" {k}.$1 (") for n in texts
    ]
    return frame.with_columns(moved)


def _is_place(label: str) -> bool:
    return any(word in label for word in ("A5. ", "A6. ", "community_code"))


CATEGORY_COLUMN = "group_country/population_group"
CATEGORY_OF: dict[str, str] = {}  # first column of a block to the category that its repeat rows have


def _texts(header: list[str], rows: list[list[Any]]) -> pl.DataFrame:
    columns = zip(*rows, strict=True) if rows else [[] for _ in header]
    return pl.DataFrame(
        {
            name: pl.Series([_text(v) for v in cells], dtype=pl.String)
            for name, cells in zip(header, columns, strict=True)
        }
    )


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else None if value is None else str(value)


def _baseline(figures: Any, places: Any) -> Base:
    from warehouse.sample.bma_form import tables
    from warehouse.sample.figures import CATEGORIES
    from warehouse.sample.interviews import interviews
    from warehouse.sample.layout import bma_columns, load_layout

    found = interviews(ROUND, figures, places, SEED)
    twice = next(i for i in range(len(found) // 2, len(found)) if not found[i].is_test)
    main, repeat = tables(ROUND, figures, found, twice)
    columns = bma_columns(load_layout("bma", ROUND), figures, ROUND)
    blocks = [[h for key, h in columns if key.partition(".")[0] in (c, f"{c}_total")] for c in CATEGORIES]
    CATEGORY_OF.update({block[0]: category for block, category in zip(blocks, CATEGORIES, strict=True)})
    moving = [i for i, interview in enumerate(found) if not interview.is_test]
    lines = _texts(repeat.header, repeat.rows)
    fixed = {str(i + 1) for i in range(len(found) + 1) if i not in moving}
    counted = lines.filter(~pl.col("_parent_index").is_in(fixed)).height + len(moving) * sum(map(len, blocks))
    return Base("bma", main.name, _texts(main.header, main.rows), repeat.name, lines, blocks, moving,
                (twice, len(found)), counted)  # fmt: skip


def _survey(figures: Any, places: Any) -> Base:
    from warehouse.sample.respondents import respondents
    from warehouse.sample.rms_form import tables

    found = respondents(ROUND, figures, places, SEED)
    twice = next(i for i in range(len(found) // 2, len(found)) if found[i].consents and not found[i].is_test)
    (main,) = tables(ROUND, found, twice)
    frame = _with_modules(_texts(main.header, main.rows), (twice, len(found)))
    groups = ("profile", "migration", "work", "money", LIKE, "reasons", *MODULES)
    blocks = [[c for c in frame.columns if c.startswith(f"{group}/")] for group in groups]
    moving = [i for i, r in enumerate(found) if r.consents and not r.is_test]
    single = 18 + 1  # questions with one answer, and the age group
    options = sum(1 for c in frame.columns if c.count("/") == 2)
    blocks = [*blocks[:6], [c for block in blocks[6:] for c in block]]
    return Base("rms", main.name, frame, "", pl.DataFrame(), blocks, moving, (twice, len(found)),
                len(moving) * (single + options))  # fmt: skip


def _with_modules(frame: pl.DataFrame, twice: tuple[int, int]) -> pl.DataFrame:
    """The survey with further questions: each has the answers of other respondents to `LIKE`, under options of its own."""
    like = [c for c in frame.columns if c.startswith(f"{LIKE}/")]
    at = frame.columns.index(like[-1]) + 1
    added = []
    for i, module in enumerate(MODULES, start=1):
        shifted = frame.select(like)
        answered = frame[f"{LIKE}/{LIKE}"].is_not_null()
        order = answered.arg_true()
        turned = pl.concat([order[i * 101 :], order[: i * 101]])
        positions = pl.Series(range(frame.height)).scatter(order, turned)
        positions = positions.scatter(twice[1], positions[twice[0]])
        shifted = shifted[positions]
        listed = pl.col(f"{LIKE}/{LIKE}").str.replace_all(r"(\w+)", f"{module}_$1")
        added += shifted.with_columns(listed).rename(lambda c, m=module: renamed(c, m)).get_columns()  # type: ignore[misc]
    return pl.DataFrame([*frame.get_columns()[:at], *added, *frame.get_columns()[at:]])


def renamed(label: str, module: str) -> str:
    """The label of a module's column: `needs/needs/food` to `skills/skills/skills_food`."""
    parts = label.split("/")
    return "/".join([module, module, *(f"{module}_{option}" for option in parts[2:])])


def _broken(base: Base) -> Base:
    """Rows that can't be used: in the baseline a total that is a text, in both a place under the name of another."""
    main = base.main
    name = "A. General/A3. Oblast or city" if base.component == "bma" else "intro/adm1_name"
    one, other = base.moving[5], base.moving[9]
    cells = {name: (other, "Nowhere")}
    if base.component == "bma":
        cells[base.blocks[0][0]] = (one, "about twenty")
    columns = [main[c].scatter(position, text) for c, (position, text) in cells.items()]
    still = [i for i in base.moving if i not in (one, other)]
    return Base(base.component, base.sheet, main.with_columns(columns), base.repeat_sheet, base.repeat, base.blocks, still,
                base.twice, base.answers)  # fmt: skip
