"""Rounds of an operation that publishes its settlements: made by chance from a seed, with small places, sexes, ages, households and reasons.

Only making them belongs here; what may be told of them is asked in `test_dbt_disclosure.py`.
"""

from __future__ import annotations

import random
from typing import Any

import polars as pl
from dbt_rounds import counts, frame, places

Tree = list[tuple[str, int, str | None]]
AGES = ("0-17", "18-59", "60+")
REASONS = ("flood", "conflict", "work")


def tree() -> Tree:
    """A country with 2 oblasts, 4 rayons, 8 aimaks and 24 settlements."""
    found: Tree = [("K", 0, None)]
    for level, number in ((1, 2), (2, 2), (3, 2), (4, 3)):
        found += [
            (f"{code}{i}", level, code)
            for code, above, _ in list(found)
            if above == level - 1
            for i in range(1, number + 1)
        ]
    return found


def settlement(chance: random.Random, round_key: str, code: str, category: str) -> list[dict[str, Any]]:
    """What one settlement told of a category: a few people or many, some without sexes and ages."""
    most = chance.choice([2, 6, 25, 60])
    cells = {(sex, age): chance.randint(0, most) for sex in ("male", "female") for age in AGES}
    total = sum(cells.values())
    reasons = sorted(chance.randint(0, total) for _ in REASONS[1:])
    told = zip(REASONS, [b - a for a, b in zip([0, *reasons], [*reasons, total], strict=True)], strict=True)
    parts: dict[Any, int | None] = {("total", None, "all", "all"): total}
    if chance.random() < 0.9:
        parts |= {("sex_age", None, sex, age): n for (sex, age), n in cells.items()}
    parts |= {("reason", reason, "all", "all"): n for reason, n in told}
    rows = counts(round_key, code, code, category, parts)
    return rows + counts(
        round_key, code, code, category, {("total", None, "all", "all"): -(-total // 4)}, unit="households"
    )


def settlement_round(round_key: str, seed: int, changed: dict[str, int] | None = None) -> dict[str, pl.DataFrame]:
    """A round; `changed` adds people to the boys of settlements, as a correction does."""
    chance, rows, everywhere = random.Random(seed), [], tree()
    for code, level, _ in everywhere:
        for category in ("idp", "returned") if level == 4 else ():
            rows += settlement(chance, round_key, code, category)
    for row in rows:
        more = (changed or {}).get(row["place_code"], 0)
        if row["population_category"] == "idp" and row["unit"] == "individuals":
            row["value"] += (
                more if row["dimension"] == "total" or (row["sex"], row["age_group"]) == ("male", "0-17") else 0
            )
    heard = [
        {"round_key": round_key, "row_id": c, "place_code": c, "place_level": 4, "informant_count": 1}
        for c, n, _ in everywhere
        if n == 4
    ]
    return {
        "assessment": frame("assessment", heard),
        "population": frame("population", rows),
        "place": places(round_key, everywhere, False),
    }


def reference(*numbers: int, threshold: int = 5, level: int = 3) -> dict[str, list[dict[str, Any]]]:
    """The reference tables of a release with these rounds."""
    rounds = [
        {"round_key": f"fin-bma-r{n:02d}", "operation": "fin", "component": "bma", "round_number": n, "row_grain": "informant",
         "window_start": None, "window_end": None, "is_registered": True, "is_synthetic": True}
        for n in numbers
    ]  # fmt: skip
    operation = {"operation": "fin", "operation_name_en": "Fineland", "country_iso3": "FIN", "finest_published_level": 4,
                 "suppress_from_level": level, "small_cell_threshold": threshold, "survey_minimum_n": 10}  # fmt: skip
    return {"operation": [operation], "round": rounds}
