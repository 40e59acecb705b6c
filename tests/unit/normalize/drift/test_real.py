"""Real deliveries: none raises an alarm as it is; rows of other rounds pasted into them are found, and none else."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from warehouse.codebooks.match import match_sheet
from warehouse.codebooks.recognise import Recognised, recognise
from warehouse.deliveries.readers.open import read_file
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.normalize.drift.find import Drift, find_drift
from warehouse.normalize.frame import text_frame
from warehouse.sample.make import make_round

pytestmark = pytest.mark.real

# Rounds whose columns stand in another order (or, 6 and 7, whose codes do), and which round the rows then look like.
PAIRS = [
    (22, 24),
    (24, 22),
    (17, 22),
    (10, 11),
    (11, 10),
    (14, 10),
    (7, 6),
    (3, 9),
    (20, 5),
    (16, 17),
    (8, 15),
    (21, 13),
]


@cache
def delivery(path: Path) -> Recognised:
    return recognise(read_file(path, path.name, keep_errors=True), path.name)


def table(path: Path) -> list[list[Any]]:
    raw = delivery(path).main.raw
    return [raw.texts(i) for i in range(raw.height)]


def drift(like: Path, rows: list[list[Any]]) -> Drift:
    found = delivery(like)
    width = max(len(row) for row in rows)
    sheet = RawSheet(found.main.raw.name, [[*row, *[""] * (width - len(row))] for row in rows])
    match = match_sheet(found.codebook, found.codebook.main, sheet, found.round_number)
    assert match is not None
    return find_drift(text_frame(match), found.codebook, found.round_number)


def nigeria(deliveries: Path, number: int) -> Path:
    return next((deliveries / "nga").glob(f"round{number}.xls*"))


def test_no_real_delivery_raises_an_alarm(deliveries: Path) -> None:
    files = [*sorted((deliveries / "nga").glob("*.xls*")), *sorted((deliveries / "mli").glob("*.xlsx"))]
    assert len(files) == 26
    for path in files:
        found = delivery(path)
        seen = find_drift(text_frame(found.main), found.codebook, found.round_number)
        assert (seen.rows.height, seen.notes) == (0, []), path.name


@pytest.mark.parametrize(("into", "of"), PAIRS)
def test_rows_pasted_in_the_layout_of_another_round_are_found(deliveries: Path, into: int, of: int) -> None:
    rng = random.Random(100 * into + of)
    own, other = table(nigeria(deliveries, into)), table(nigeria(deliveries, of))
    size = rng.choice([3, 10, 40])
    start, to = rng.randrange(1, len(other) - size), rng.randrange(1, len(own))
    seen = drift(nigeria(deliveries, into), own[:to] + other[start : start + size] + own[to:])
    pasted = set(range(to + 1, to + 1 + size))
    assert set(seen.rows["row_number"]) == pasted
    people = delivery(nigeria(deliveries, of)).main.find("idp_individuals")
    assert people is not None
    for number in pasted:
        assert seen.people[number] in (None, int(other[start + number - to - 1][people.index] or 0))


def test_pasted_rows_name_the_round_and_count_the_people(deliveries: Path) -> None:
    own, other = table(nigeria(deliveries, 24)), table(nigeria(deliveries, 17))
    block = [row for row in other[1:] if row[10] != "Camp"][:20]
    seen = drift(nigeria(deliveries, 24), own[:300] + block + own[300:])
    assert set(seen.rows["reason_code"]) == {"foreign_layout_row"}
    (note,) = seen.notes
    assert "looks like the layout of round" in note["what"]
    assert "17" in note["what"]
    told = {n: people for n, people in seen.people.items() if people is not None}
    assert len(told) >= 15, "rows whose parts do not add up are not told"
    assert all(people == int(block[n - 301][7]) for n, people in told.items())
    assert note["people"] == sum(told.values())


@pytest.mark.parametrize("number", [3, 10, 17, 24])
def test_cells_of_a_row_moved_by_one_are_found(deliveries: Path, number: int) -> None:
    rng = random.Random(number)
    own = table(nigeria(deliveries, number))
    at, start = rng.randrange(1, len(own)), rng.randrange(8)
    row = own[at]
    seen = drift(nigeria(deliveries, number), [*own[:at], [*row[:start], "", *row[start:]], *own[at + 1 :]])
    assert seen.rows["row_number"].to_list() == [at + 1]


@pytest.mark.parametrize("number", [3, 10, 17, 24])
def test_columns_swapped_or_sorted_alone_are_found(deliveries: Path, number: int) -> None:
    path = nigeria(deliveries, number)
    own = table(path)
    find = delivery(path).main.find
    h, i = (find(f"idp_{unit}").index for unit in ("households", "individuals"))  # type: ignore[union-attr]
    swapped = [own[0], *([*row[:h], row[i], row[h], *row[i + 1 :]] for row in own[1:])]
    assert [n["code"] for n in drift(path, swapped).notes] == ["columns_swapped"]
    ordered = sorted((row[i] for row in own[1:]), key=int)
    alone = [own[0], *([*row[:i], value, *row[i + 1 :]] for row, value in zip(own[1:], ordered, strict=True))]
    assert [n["code"] for n in drift(path, alone).notes] == ["column_sorted_alone"]


def test_synthetic_rounds_raise_no_alarm(tmp_path: Path) -> None:
    for path in (
        make_round(tmp_path, "bma", 2, seed=20)
        + make_round(tmp_path, "bma", 4, seed=21)
        + make_round(tmp_path, "rms", 4, 22)
    ):
        found = recognise(read_file(path, path.name, keep_errors=True), path.name)
        seen = find_drift(text_frame(found.main), found.codebook, found.round_number)
        assert (seen.rows.height, seen.notes) == (0, []), path.name
