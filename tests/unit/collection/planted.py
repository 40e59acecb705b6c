"""Defects planted in a made round, each in an enumerator or interview of its own: `WHO` says which check has to find whom."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import polars as pl

from tests.unit.collection.made_round import MULTIPLE, SINGLE, START, Round, _padded, name

WHO = {
    "near_duplicate": 0, "heaping": 1, "no_variation": 2, "one_option": 2, "fast_enumerator": 3, "missing_enumerator": 4,
    "skips_enumerator": 5, "enumerator_effect": 6, "late_submission": 7, "old_version": 8, "gps_far": 9, "gps_missing": 10,
    "overlapping": 11, "too_many_a_day": 11, "back_check_differs": 12, "straight_series": 13, "silent_enumerator": 14,
    "refusals_enumerator": 15, "gps_inexact": 16,
}  # fmt: skip


def planted(made: Round) -> Round:
    """The round with every defect."""
    r = deepcopy(made)
    _answers(r)
    _times(r)
    _places(r)
    _single_rows(r)
    _back_checks(r)
    return r


def _answers(r: Round) -> None:
    own = r.of(0)
    for copy, model in zip(own[20:30], own[:10], strict=True):
        changed = {"q03": "o0", "age": 40}
        r.answers[copy["interview_key"]] = r.answers[model["interview_key"]] | changed
    for row in r.of(1):
        given = r.answers[row["interview_key"]]
        given |= {q: round(given[q] / 5) * 5 for q in ("age", "months") if given[q]}
    for row in r.of(2):
        r.answers[row["interview_key"]] |= {"q07": "o1", **{q: ["o0"] for q in MULTIPLE}}
    for row in r.of(4):
        r.answers[row["interview_key"]] |= dict.fromkeys(list(SINGLE)[:5])
    for row in r.of(5):
        r.answers[row["interview_key"]] |= {"q18": "o0", "q19": "skipped"}
    for row in r.of(6):
        given = r.answers[row["interview_key"]]
        given["age"] = min(75, (given["age"] or 30) + 14)
    for row in r.of(13)[::2]:
        r.answers[row["interview_key"]] |= dict.fromkeys(("q02", "q06", "q10", "q14", "q18"), "o1")
    for key in list(r.answers)[: len(r.answers) // 3]:
        r.answers[key]["q16"] = None


def _times(r: Round) -> None:
    for row in r.of(3):
        row["minutes"] *= 0.5
        row["ended_at"] = row["started_at"] + timedelta(minutes=row["minutes"])
    for row in r.of(7)[::2]:
        row["submitted_at"] += timedelta(days=4)
    for row in r.of(8)[-6:]:
        row["form_version"] = "v1"
    own = r.of(11)
    for i, row in enumerate(own[30:48]):
        row["submitted_at"] = own[30]["submitted_at"]
        row["interview_date"] = own[30]["interview_date"]
        row["started_at"] = own[30]["started_at"] + timedelta(minutes=10 * i)
        row["ended_at"] = row["started_at"] + timedelta(minutes=row["minutes"])
    last = START + timedelta(days=36)
    r.rows = [row for row in r.rows if row["enumerator"] != name(14) or row["interview_date"] < last]


def _places(r: Round) -> None:
    for row in r.of(9)[:8]:
        row["gps_km"] = 22.0
    for row in r.of(10)[::2]:
        row["gps_km"] = row["gps_accuracy_m"] = None
    for row in r.of(16)[::2]:
        row["gps_accuracy_m"] = 900.0


def _single_rows(r: Round) -> None:
    one, two, three, four, five, six, *_ = r.of(17)
    one["minutes"], one["ended_at"] = -25.0, one["started_at"] - timedelta(minutes=25)
    two["started_at"] = two["started_at"].replace(hour=2)
    three["minutes"] = 3.0
    four["minutes"] = 700.0
    five["kind"] = "test"
    six["submitted_at"] = six["started_at"] - timedelta(days=1)
    r.of(17)[8]["content_hash"] = r.of(17)[7]["content_hash"]
    refused = {"is_accepted": False, "reason_code": "no_consent", "content_hash": None, "minutes": None}
    r.rows += [r.of(15)[i] | refused | {"interview_key": f"n{i:03d}", "row_number": 5000 + i} for i in range(40)]
    r.rows += [
        row | refused | {"interview_key": f"m{i:03d}", "row_number": 6000 + i} for i, row in enumerate(r.rows[:1400:25])
    ]


def _back_checks(r: Round) -> None:
    """Forty back-checks: those of enumerator 12 say something else of age and of three questions."""
    columns = ["age", "q01", "q02", "q03", "q04"]
    rows: list[dict[str, Any]] = []
    cells: list[dict[str, Any]] = []
    for i, row in enumerate([*r.of(12)[:20], *r.of(0)[:20]]):
        number, told = 9000 + i, r.answers[row["interview_key"]]
        again = {c: told[c] for c in columns}
        if row["enumerator"] == name(12):
            again |= {"age": 99, "q01": "zz", "q02": "zz"}
        rows.append(row | {"interview_key": f"b{i:03d}", "row_number": number, "kind": "back_check", "is_accepted": False,
                           "reason_code": "back_check", "enumerator": "E-CONTROLL", "content_hash": None})  # fmt: skip
        cells.append({"sheet": "data", "row_number": number, "reason_code": "back_check",
                      "cells": json.dumps({c.upper(): str(v) for c, v in again.items() if v is not None})})  # fmt: skip
    r.rows += rows
    mapped = [
        {"sheet": "data", "column_label": c.upper(), "field": c, "mapping": "mapped", "column_class": "plain"}
        for c in columns
    ]
    r.extra = {
        "rejected": _padded(pl.DataFrame(cells), "rejected"),
        "column_map": _padded(pl.DataFrame(mapped), "column_map"),
    }
