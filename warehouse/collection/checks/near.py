"""Copies: interviews that repeat another one, wholly or nearly.

Exact repeats have one content hash. Near ones are found by comparing every two interviews of one enumerator, or of one
place, answer by answer: the share of equal answers (percent match; Kuriakose and Robbins, Statistical Journal of the IAOS
32, 2016, who take 85 % as their bound). Short forms and rare answers make that share alone a bad witness (Simmons, Mercer,
Schwarzer and Kennedy, same journal and year), so a pair also has to beat chance: equal rare answers weigh more than equal
common ones (the log-likelihood ratio of record linkage, Fellegi and Sunter 1969), and the weight has to exceed both what
so many pairs reach by luck and what pairs of this very round reach that have neither enumerator nor place in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.result import Lacking, Outcome, Plain, Share, Values, of_interview

COPIED = 0.95  # of a copy's answers that stay as they were
MISSED = float(np.log(1 - COPIED))  # what an unequal answer weighs
BLOCK = 512  # interviews compared with all others at a time
Grid = NDArray[Any]


def duplicate(data: Collected, v: Values) -> Outcome:
    """Accepted interviews that answer everything as an earlier one does, with enough answers that are no zero."""
    rows = data.real.filter(pl.col("content_hash").is_not_null()).sort("row_number")
    if rows.is_empty():
        return Lacking("no_contents")
    telling = data.answers.filter(pl.col("text").is_not_null() & (pl.col("number").is_null() | (pl.col("number") != 0)))
    rich = telling.group_by("interview_key").len().filter(pl.col("len") >= v["least_answers"])
    first = pl.col("row_number").first().over("content_hash").alias("first")
    again = rows.with_columns(first).filter(pl.col("row_number") != pl.col("first"))
    again = again.join(rich, on="interview_key", how="semi", maintain_order="left")
    return [
        of_interview(row, n=rows.height, observed=1.0, threshold=1.0, says={"other": Plain(row["first"])})
        for row in again.iter_rows(named=True)
    ]


def near_duplicate(data: Collected, v: Values) -> Outcome:
    """Interviews of which another of the same enumerator, or of the same place, is a near copy: the later one, with its closest."""
    rows = data.real.join(data.answers.select("interview_key").unique(), on="interview_key", how="semi").sort(
        "row_number"
    )
    answers = data.answers.filter(pl.col("text").is_not_null())
    varied = _varied(answers, rows)
    if len(varied) < v["least_answers"]:
        return Lacking("few_questions")
    if rows.height < 20:
        return Lacking("few_interviews", is_few=True)
    grid = _grid(answers, rows, varied)
    pairs = _pairs(grid, _codes(rows, "enumerator"), _codes(rows, "place_code"), data.is_survey)
    said = rows.to_dicts()
    return [
        of_interview(said[later], n=rows.height, observed=share, threshold=v["most"],
                     says={"share": Share(share), "n": compared, "other": Plain(said[earlier]["row_number"])})
        for later, earlier, share, compared in pairs.alike(v)
        if said[later]["content_hash"] is None or said[later]["content_hash"] != said[earlier]["content_hash"]
    ]  # fmt: skip


def _varied(answers: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    """Questions that don't have one answer in nine of ten interviews: the others make all interviews alike."""
    told = answers.join(rows.select("interview_key"), on="interview_key", how="semi")
    counted = told.group_by("question", "text").len()
    top = counted.group_by("question").agg(
        (pl.col("len").max() / pl.col("len").sum()).alias("top"), pl.col("len").sum()
    )
    return (
        top.filter((pl.col("top") <= 0.9) & (pl.col("len") >= rows.height * 0.2)).sort("question")["question"].to_list()
    )


def _grid(answers: pl.DataFrame, rows: pl.DataFrame, questions: list[str]) -> Grid:
    """Interviews × questions: the answer as a number from 0; -1 where there is none."""
    coded = answers.filter(pl.col("question").is_in(questions)).with_columns(
        (pl.col("text").rank("dense").over("question") - 1).cast(pl.Int32).alias("code")
    )
    wide = coded.pivot(on="question", index="interview_key", values="code", on_columns=questions)
    lined = rows.select("interview_key").join(wide, on="interview_key", how="left", maintain_order="left")
    return np.asarray(lined.select(questions).fill_null(-1).to_numpy())


def _codes(rows: pl.DataFrame, column: str) -> Grid:
    """A number for each enumerator or place; a number of its own where it is not known."""
    filled = rows.select(pl.col(column).fill_null(pl.lit("?") + pl.col("interview_key"))).to_series()
    return np.unique(filled.to_numpy(), return_inverse=True)[1]


@dataclass(frozen=True)
class Pairs:
    """Compared pairs. Arrays: the later and the earlier interview, their weight; and weights of unrelated pairs."""

    grid: Grid
    later: Grid
    earlier: Grid
    weight: Grid
    unrelated: Grid  # of pairs with neither enumerator nor place in common

    def alike(self, v: Values) -> list[tuple[int, int, float, int]]:
        """later, earlier, share, compared: of each later interview the closest one, where it is too close."""
        best: dict[int, tuple[int, int, float, int]] = {}
        for i in np.flatnonzero(self.weight > self.bound(v["false_alarms"])):
            later, earlier = int(self.later[i]), int(self.earlier[i])
            one, other = self.grid[later], self.grid[earlier]
            both = (one >= 0) & (other >= 0)
            compared = int(both.sum())
            share = float((one == other)[both].sum()) / max(compared, 1)
            if compared < v["least_answers"] or share < v["most"]:
                continue
            if later not in best or best[later][2] < share:
                best[later] = (later, earlier, share, compared)
        return [best[key] for key in sorted(best)]

    def bound(self, alarms: float) -> float:
        """The weight that luck gives to `alarms` of all these pairs at most: by theory, and by this round's unrelated pairs."""
        theory = float(np.log(max(len(self.weight), 1) / alarms))
        if len(self.unrelated) < 10_000:
            return theory
        one, two = np.quantile(
            self.unrelated, [0.999, 0.9999]
        )  # beyond that the tail falls by an equal step each tenfold
        tenfold = np.log10(max(len(self.weight), 1) / alarms) - 3
        return max(theory, float(one + (two - one) * max(tenfold, 0.0)))


def _pairs(grid: Grid, who: Grid, where: Grid, same_place: bool) -> Pairs:
    """All pairs of one enumerator, or (`same_place`) of one place. Key informants of one place tell of the same people: not compared."""
    hot, gain = _weighed(grid)
    mask = (grid >= 0).astype(np.float32)
    parts = [
        _block(slice(low, low + BLOCK), hot, gain, mask, who, where, same_place) for low in range(0, len(grid), BLOCK)
    ]
    return Pairs(grid, *(np.concatenate(column) for column in zip(*parts, strict=True)))


def _weighed(grid: Grid) -> tuple[Grid, Grid]:
    """A column per answer that two and more have (1 where an interview has it), and what an equal one weighs more than an unequal one."""
    hot, gain = [], []
    for question in grid.T:
        counts = np.bincount(question[question >= 0])
        for code in np.flatnonzero(counts > 1):
            share = counts[code] / counts.sum()
            hot.append(question == code)
            gain.append(np.log((COPIED + (1 - COPIED) * share) / share) - MISSED)
    return np.array(hot, dtype=np.float32).reshape(-1, len(grid)).T, np.array(gain, dtype=np.float32)


def _block(own: slice, hot: Grid, gain: Grid, mask: Grid, who: Grid, where: Grid, same_place: bool) -> tuple[Grid, ...]:
    weight = (hot[own] * gain) @ hot.T + MISSED * (mask[own] @ mask.T)
    one_who, one_where = who[own][:, None] == who[None, :], where[own][:, None] == where[None, :]
    related = one_who | one_where if same_place else one_who & ~one_where
    earlier = np.arange(len(hot))[None, :] < (np.arange(len(weight)) + own.start)[:, None]
    later, before = np.nonzero(earlier & related)
    return later + own.start, before, weight[later, before], weight[earlier & ~one_who & ~one_where]
