"""Drift on the way from the vault to the canonical tables: rows are quarantined whole, counted, and the round waits."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from warehouse.deliveries.vault import Vault
from warehouse.normalize.drift.layouts import Layouts
from warehouse.normalize.drift.settings import Bounds, bounds
from warehouse.normalize.run import Normalized, normalize
from warehouse.settings import PROJECT, Home

HEADER = [
    "Region",
    "Region code",
    "District",
    "Displaced people",
    "Displaced households",
    "Displaced in 2020",
    "Displaced in 2021",
]


def rows(rng: random.Random) -> list[list[Any]]:
    found = []
    for i in range(60):
        region = rng.randrange(4)
        old, new = rng.randint(0, 400), rng.randint(20, 400)
        people = old + new
        found.append([["Northern", "Southern", "Eastern", "Western"][region], f"TO{region}1", f"District of {'abcdefgh'[i % 8]}",
                      people, people // 5, old, new])  # fmt: skip
    return found


def done(home: Home, path: Path) -> Normalized:
    return normalize(home, Vault(home).receive(path).delivery)


def test_pasted_rows_are_quarantined_whole_with_their_people(
    home: Home, toy: Path, workbook: Callable[..., Path]
) -> None:
    (toy / "layouts.yml").write_text(
        yaml.safe_dump({"layouts": [{"codebook": "toy-baseline", "sheet": "main", "rounds": "1-3",
                                     "columns": ["id", "Region", "District", *HEADER[3:]]}]})
    )  # fmt: skip
    body = rows(random.Random(1))
    pasted = [[4000 + i, row[0], row[2], *row[3:], ""] for i, row in enumerate(body[10:14])]
    result = done(home, workbook("toy round7.xlsx", [HEADER, *body[:30], *pasted, *body[30:]]))
    rejected = result.table("rejected")
    assert rejected["row_number"].to_list() == [32, 33, 34, 35]
    assert set(rejected["reason_code"]) == {"foreign_layout_row"}
    assert rejected["people"].to_list() == [row[3] for row in body[10:14]]
    law = {r["measure"]: r for r in result.table("conservation").iter_rows(named=True)}
    assert (law["rows"]["delivered"], law["rows"]["accepted"], law["rows"]["rejected"]) == (64, 60, 4)
    assert law["idp.individuals"]["accepted"] == sum(row[3] for row in body)
    findings = result.table("finding").filter(code="rows_in_another_layout")
    assert findings["severity"].to_list() == ["block"]
    assert "looks like the layout of round 1-3" in findings["what"][0]
    assert findings["people"][0] == sum(row[3] for row in body[10:14])


def test_a_column_sorted_alone_blocks_the_round_and_rejects_no_row(
    home: Home, toy: Path, workbook: Callable[..., Path]
) -> None:
    body = rows(random.Random(2))
    totals = sorted(row[3] for row in body)
    result = done(
        home, workbook("toy round7.xlsx", [HEADER, *([*r[:3], t, *r[4:]] for r, t in zip(body, totals, strict=True))])
    )
    assert result.table("rejected").is_empty()
    blocked = result.table("finding").filter(severity="block")
    assert blocked["code"].to_list() == ["column_sorted_alone"]


def test_a_clean_delivery_raises_nothing(home: Home, toy: Path, workbook: Callable[..., Path]) -> None:
    result = done(home, workbook("toy round7.xlsx", [HEADER, *rows(random.Random(3))]))
    assert result.table("rejected").is_empty()
    assert result.table("finding").filter(severity="block").is_empty()


def test_every_bound_has_a_reason_and_every_layout_a_codebook() -> None:
    assert isinstance(bounds(), Bounds)
    assert all(len(bound.reason) > 15 for _, bound in bounds())
    for path in sorted((PROJECT / "operations").glob("*/layouts.yml")):
        layouts = Layouts.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        books = {
            yaml.safe_load(b.read_text(encoding="utf-8"))["codebook"] for b in (path.parent / "codebooks").glob("*.yml")
        }
        assert {layout.codebook for layout in layouts.layouts} <= books
