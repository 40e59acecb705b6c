"""Back-checks: how many interviews were asked again for control, and how often the second time says something else.

Pairs and discrepancies belong here; which question is of which type is data (`back_checks` of collection.yml). Types as in
the practice of back-checks (J-PAL and IPA manuals, the command `bcstats`): 1 facts that nobody should get wrong, 2 answers
that need an enumerator who asks well, 3 answers that may change or that people understand in several ways.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from warehouse.collection.checks.collected import Collected
from warehouse.collection.checks.result import Found, Lacking, Outcome, Plain, Share, Values
from warehouse.collection.checks.stats import above, adjusted

TYPES = (1, 2, 3)
USUAL = 2  # the type of a question that nobody put anywhere
Pair = tuple[Mapping[str, Any], Mapping[str, Any]]  # an interview, its back-check


def back_check_share(data: Collected, v: Values) -> Outcome:
    """A round in which fewer interviews were asked again than they should be."""
    n = data.real.height
    again = len({one["interview_key"] for one, _ in pairs(data)})
    if data.interview.filter(pl.col("kind") == "back_check").is_empty():
        return Lacking("no_back_checks")
    if n < v["least_interviews"]:
        return Lacking("few_interviews", is_few=True)
    if again / n >= v["least"]:
        return []
    return [
        Found(
            "round",
            data.round_key,
            {"share": Share(again / n), "least": Share(v["least"]), "n": n},
            n,
            again / n,
            v["least"],
        )
    ]


def back_check_unpaired(data: Collected, v: Values) -> Outcome:
    """Back-checks of which nobody can tell which interview they repeat."""
    rows = data.interview.filter(pl.col("kind") == "back_check")
    if rows.is_empty():
        return Lacking("no_back_checks")
    paired = {again["interview_key"] for _, again in pairs(data)}
    lost = rows.filter(~pl.col("interview_key").is_in(sorted(paired)))
    if lost.is_empty():
        return []
    return [Found("round", data.round_key, {"n": lost.height, "of": rows.height}, rows.height, float(lost.height), 0.0)]


def back_check_differs(data: Collected, v: Values) -> Outcome:
    """Enumerators whose answers differ from their back-checks more often than a type of question allows, beyond chance."""
    found = pairs(data)
    if data.interview.filter(pl.col("kind") == "back_check").is_empty():
        return Lacking("no_back_checks")
    if not found:
        return Lacking("no_pairs")
    tally = _tally(data, found, v)
    tests = [(who, kind, *counts) for (who, kind), counts in sorted(tally.items()) if counts[1] >= v["least_answers"]]
    if not tests:
        return Lacking("few_back_checks", is_few=True)
    ps = [above(differ, n, v[f"most_type_{kind}"]) for _, kind, differ, n in tests]
    return [
        Found(
            "enumerator", who, {"enumerator": who, "type": Plain(kind), "share": Share(differ / n), "n": n,
                                "most": Share(v[f"most_type_{kind}"])},
            n, differ / n, v[f"most_type_{kind}"], None, p, q, item=f"type {kind}", enumerator=who,
        )
        for (who, kind, differ, n), p, q in zip(tests, ps, adjusted(ps).tolist(), strict=True) if q <= v["false_alarms"]
    ]  # fmt: skip


def pairs(data: Collected) -> list[Pair]:
    """Interviews with their back-checks: by the interview that the form names, else by the one of that place and informant."""
    real = {row["interview_key"]: row for row in data.real.iter_rows(named=True)}
    by_informant: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in real.values():
        if row["place_code"] and row["informant_number"]:
            by_informant[row["place_code"], row["informant_number"]].append(row)
    found: list[Pair] = []
    for again in data.interview.filter(pl.col("kind") == "back_check").iter_rows(named=True):
        named = real.get(again.get("back_check_of") or "")
        same = by_informant.get((again["place_code"] or "", again["informant_number"] or ""), [])
        one = named or (same[0] if len(same) == 1 else None)
        if one is not None:
            found.append((one, again))
    return found


def _tally(data: Collected, found: list[Pair], v: Values) -> dict[tuple[str, int], tuple[int, int]]:
    """Enumerator and type → answers that differ, answers compared."""
    first, second = _first_answers(data, found), _second_answers(data)
    counted: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for one, again in found:
        told, retold = first.get(one["interview_key"], {}), second.get(again["row_number"], {})
        for question in told.keys() & retold.keys() if one["enumerator"] else ():
            cell = counted[one["enumerator"], data.question_types.get(question, USUAL)]
            cell[0] += not alike(told[question], retold[question], v["tolerance"])
            cell[1] += 1
    return {key: (differ, n) for key, (differ, n) in counted.items()}


def alike(one: str, other: str, tolerance: float) -> bool:
    """Whether two answers as delivered are the same: numbers within a share, lists in any order, texts whatever their case."""
    a, b = _number(one), _number(other)
    if a is not None and b is not None:
        return abs(a - b) <= tolerance * max(abs(a), abs(b))
    return sorted(one.casefold().split()) == sorted(other.casefold().split())


def _number(text: str) -> float | None:
    plain = re.sub(r"\s", "", text).replace(",", ".")
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None


def _first_answers(data: Collected, found: list[Pair]) -> dict[str, dict[str, str]]:
    """Interview → field → the answer as delivered, of questions that have one answer; of counts as the codebook names them."""
    keys = sorted({one["interview_key"] for one, _ in found})
    told: dict[str, dict[str, str]] = defaultdict(dict)
    answer = data.table("answer").filter(pl.col("response_key").is_in(keys) & pl.col("delivered_value").is_not_null())
    single = answer.filter(pl.len().over("response_key", "question_code") == 1)
    for key, question, text in single.select("response_key", "question_code", "delivered_value").iter_rows():
        told[key][question] = text
    counts = data.table("population").filter(pl.col("row_id").is_in(keys) & (pl.col("value_status") == "reported"))
    fields = ("population_category", "dimension", "item", "sex", "age_group", "unit")
    for row in counts.iter_rows(named=True):
        field = data.count_fields.get("|".join(row[f] or "" for f in fields))
        if field and row["delivered_value"] is not None:
            told[row["row_id"]][field] = row["delivered_value"]
    return told


def _second_answers(data: Collected) -> dict[int, dict[str, str]]:
    """Row of a back-check → field → the answer as delivered; fields of several columns are left out."""
    columns = data.table("column_map").filter(pl.col("mapping") == "mapped")
    columns = columns.filter((pl.len().over("sheet", "field") == 1) & (pl.col("column_class") != "identifier"))
    fields = {
        (sheet, (label or "").strip()): field
        for sheet, label, field in columns.select("sheet", "column_label", "field").iter_rows()
    }
    rows = data.table("rejected").filter(pl.col("reason_code") == "back_check")
    return {number: dict(_cells(sheet, cells, fields)) for sheet, number, cells in
            rows.select("sheet", "row_number", "cells").iter_rows()}  # fmt: skip


def _cells(sheet: str, cells: str, fields: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    for label, text in json.loads(cells).items():
        field = fields.get((sheet, label.strip()))
        if field and text and str(text).strip():
            yield field, str(text).strip()
