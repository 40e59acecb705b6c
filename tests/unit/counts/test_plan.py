"""What is withheld of counts by place, attacked with linear programmes that know nothing of how it was decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from warehouse.counts.withhold import SCHEMA, withheld

Key = tuple[str, str, str]  # table, item, place
Cells = dict[Key, int | None]
PEOPLE = ("male|all", "female|all", "male|0-17", "male|18+", "female|0-17", "female|18+")
TREE = {"K": None, "A": "K", "B": "K", "A1": "A", "A2": "A", "A3": "A", "B1": "B", "B2": "B", "B3": "B"}
LEVEL = {p: 0 if p == "K" else len(p) for p in TREE}
LEAVES = [p for p in TREE if LEVEL[p] == 2]


def rolled(leaves: dict[str, dict[tuple[str, str], int | None]]) -> Cells:
    """Cells of the settlements, and of the places above as their sums."""
    cells: Cells = {}
    for place, own in leaves.items():
        above: str | None = place
        while above:
            for (table, item), value in own.items():
                before = cells.get((table, item, above))
                cells[table, item, above] = value if before is None else before + (value or 0)
            above = TREE[above]
    return cells


def place(boys: int, men: int, girls: int, women: int, **parts: int | None) -> dict[tuple[str, str], int | None]:
    """A settlement with people by sex and age, and reasons."""
    people = dict(zip(PEOPLE, (boys + men, girls + women, boys, men, girls, women), strict=True))
    told = {("people", item): value for item, value in people.items()}
    total = boys + men + girls + women
    return {("total", "all|all"): total, **told, **{("reason", item): value for item, value in parts.items()}}


def table(cells: Cells, households: Cells | None = None, **rules: Any) -> Any:
    stated = {
        "suppress_from_level": 2,
        "small_cell_threshold": 5,
        "width_people": 10,
        "width_share": 0.2,
        "sensitive_parts": "",
        **rules,
    }
    rows = [
        {
            "round_key": "r", "population_category": "idp", "table_code": t, "item": i, "place_code": p, "place_level": LEVEL[p],
            "parent_code": TREE[p], "individuals": n, "households": (households or {}).get((t, i, p)), "total_where_told": None, **stated,
        }
        for (t, i, p), n in cells.items()
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None).to_arrow()


def said(cells: Cells, hidden: set[Key]) -> Any:
    """A release that showed these cells."""
    rows = [
        {"round_key": "r", "population_category": "idp", "table_code": t, "item": i, "place_code": p,
         "individuals": None if (t, i, p) in hidden else n, "households": None, "is_suppressed": (t, i, p) in hidden}
        for (t, i, p), n in cells.items()
    ]  # fmt: skip
    schema = {**dict.fromkeys(["round_key", "population_category", "table_code", "item", "place_code"], pl.String),
              "individuals": pl.Int64, "households": pl.Int64, "is_suppressed": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema).to_arrow()


NOTHING = said({}, set())


def hidden_of(cells: Cells, before: Any = NOTHING, **rules: Any) -> set[Key]:
    rows = withheld(table(cells, **rules), before).to_pylist()
    return {(row["table_code"], row["item"], row["place_code"]) for row in rows}


def facts(cells: Cells, hidden: set[Key]) -> Iterator[tuple[dict[Key, float], float]]:
    """What adds up: places to the place above, sexes and ages to the total; as coefficients of cells and the sum."""
    for t, i, p in {(t, i, TREE[p] or "") for t, i, p in set(cells) | hidden if TREE[p]}:
        if (t, i, p) not in cells and (t, i, p) not in hidden:
            continue  # nobody told it there: missing is not zero
        parts = {(t, i, c): 1.0 for c in TREE if TREE[c] == p and ((t, i, c) in cells or (t, i, c) in hidden)}
        yield {**parts, (t, i, p): -1.0}, 0.0
    for p in {p for _, _, p in cells}:
        people = [cells.get(("people", i, p)) for i in PEOPLE]
        if people[0] is None or people[1] is None or people[0] + people[1] != cells["total", "all|all", p]:
            continue  # not all of its communities told
        yield {("people", "male|all", p): 1.0, ("people", "female|all", p): 1.0, ("total", "all|all", p): -1.0}, 0.0
        for sex in ("male", "female"):
            ages = {("people", f"{sex}|{age}", p): 1.0 for age in ("0-17", "18+")}
            yield {**ages, ("people", f"{sex}|all", p): -1.0}, 0.0


def narrow(cells: Cells, hidden: set[Key]) -> list[tuple[Key, float, float]]:
    """The withheld cells that two linear programmes put into less than max(10, 20 %)."""
    order = sorted(hidden)
    at = {key: n for n, key in enumerate(order)}
    rows, sums = [], []
    for factors, total in facts(cells, hidden):
        row = np.zeros(len(order))
        for key, factor in factors.items():
            if key in at:
                row[at[key]] = factor
            else:
                total -= factor * (cells.get(key) or 0)
        if row.any():
            rows.append(row)
            sums.append(total)
    found = []
    for key in order:
        aim = np.zeros(len(order))
        aim[at[key]] = 1
        ends = [
            linprog(s * aim, A_eq=np.array(rows) if rows else None, b_eq=sums or None, bounds=(0, None))
            for s in (1, -1)
        ]
        assert ends[0].status == 0, "the facts contradict each other"
        low, high = ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun
        if high - low < max(10, 0.2 * (cells.get(key) or 0)) - 1e-6:
            found.append((key, low, high))
    return found


def small_shown(cells: Cells, hidden: set[Key], threshold: int = 5) -> list[Key]:
    return [k for k, n in cells.items() if LEVEL[k[2]] == 2 and n and n < threshold and k not in hidden]


BIG = place(30, 40, 30, 50)


def test_nothing_small_and_nothing_is_withheld() -> None:
    assert hidden_of(rolled({p: BIG for p in LEAVES})) == set()


def test_a_small_total_takes_places_along_until_they_are_enough_together() -> None:
    cells = rolled({p: BIG for p in LEAVES} | {"A1": {("total", "all|all"): 3}, "A2": {("total", "all|all"): 6}})
    hidden = hidden_of(cells)
    assert {p for t, _, p in hidden if t == "total"} >= {"A1", "A2", "A3"}  # 9 people are too few to hide among
    assert ("total", "all|all", "A") in hidden or (
        "people",
        "male|all",
        "A",
    ) in hidden  # only A3 told: it has all of them
    assert narrow(cells, hidden) == []
    assert narrow(cells, hidden) == []


def test_a_place_whose_settlements_are_few_together_goes_along_and_the_country_never() -> None:
    few = {("total", "all|all"): 2}
    cells = rolled({p: BIG for p in LEAVES} | dict.fromkeys(["A1", "A2", "A3"], few))
    hidden = hidden_of(cells)
    assert {"A", "B", "A1", "A2", "A3"} <= {p for t, _, p in hidden if t == "total"}
    assert ("total", "all|all", "K") not in hidden and narrow(cells, hidden) == []


def test_parts_of_one_place_take_the_parts_of_others_along_and_the_totals_stand() -> None:
    cells = rolled({p: BIG for p in LEAVES} | {"A1": place(3, 40, 30, 50)})
    hidden = hidden_of(cells)
    assert {t for t, _, _ in hidden} == {"people"} and {p for _, _, p in hidden} == {"A1", "A2"}
    assert narrow(cells, hidden) == []


def test_a_part_that_nobody_can_be_in_is_shown() -> None:
    cells = rolled({p: place(0, 40, 30, 50) for p in LEAVES} | {"A1": place(0, 3, 30, 50)})
    hidden = hidden_of(cells)
    assert ("people", "male|18+", "A1") in hidden and ("people", "male|0-17", "A1") not in hidden
    assert narrow(cells, hidden) == []


def test_of_a_sensitive_attribute_nobody_and_everybody_are_withheld_too() -> None:
    leaves = {p: place(30, 40, 30, 50, flood=70, war=80) for p in LEAVES} | {
        "A1": place(30, 40, 30, 50, flood=150, war=0)
    }
    cells = rolled(leaves)
    assert hidden_of(cells) == set()
    hidden = hidden_of(cells, sensitive_parts="reason")
    assert {("reason", "war", "A1"), ("reason", "flood", "A1")} <= hidden and narrow(cells, hidden) == []


def test_a_withheld_place_has_a_row_for_every_part_of_the_place_above() -> None:
    leaves = {p: place(30, 40, 30, 50, flood=70, war=80) for p in LEAVES} | {"A1": place(30, 40, 30, 50, flood=147)}
    cells = rolled(leaves)
    rows = withheld(table({k: n for k, n in cells.items() if k != ("reason", "war", "A1")}), NOTHING).to_pylist()
    assert ("war", True) in {(r["item"], r["is_added"]) for r in rows if r["place_code"] == "A1"}


def test_households_go_with_people_and_must_be_enough_too() -> None:
    """9 and 8 people in 2 households each: 4 households are too few to hide among."""
    total = ("total", "all|all")
    cells = rolled({p: {total: 30} for p in LEAVES} | {"A1": {total: 9}, "A2": {total: 8}})
    households = rolled({p: {total: 12} for p in LEAVES} | {"A1": {total: 2}, "A2": {total: 2}})
    found = withheld(table(cells, households), NOTHING).to_pylist()
    assert {r["place_code"] for r in found} == {"A1", "A2", "A3"} and not any(r["has_no_households"] for r in found)


def test_a_correction_keeps_what_was_withheld_and_hides_a_small_change() -> None:
    first = rolled({p: BIG for p in LEAVES} | {"A1": place(3, 40, 30, 50)})
    hidden = hidden_of(first)
    again = rolled({p: BIG for p in LEAVES} | {"A1": place(30, 40, 30, 50), "B1": place(30, 43, 30, 50)})
    corrected = hidden_of(again, said(first, hidden))
    assert hidden <= corrected and ("total", "all|all", "B1") in corrected
    assert hidden_of(again, said(again, corrected)) == corrected  # delivered once more: the same
    assert narrow(again, corrected) == []


def test_two_releases_side_by_side_tell_no_settlement() -> None:
    """Unknown in both releases: each settlement that either withholds, with what each release says of the places above."""
    first = rolled({p: BIG for p in LEAVES} | {"A1": {("total", "all|all"): 4}})
    hidden = hidden_of(first)
    for change in (1, 4, 30):
        again = rolled({p: BIG for p in LEAVES} | {"A1": {("total", "all|all"): 4 + change}})
        corrected = hidden_of(again, said(first, hidden))
        totals = {k for k in hidden if k[0] == "total"}
        assert totals <= corrected and narrow(again, corrected) == []
        for key in set(first) - hidden - corrected:
            if LEVEL[key[2]] == 2:
                assert not 0 < abs((first[key] or 0) - (again[key] or 0)) < 5


def test_the_order_of_the_cells_changes_nothing() -> None:
    cells = rolled({p: BIG for p in LEAVES} | {"A1": place(3, 40, 30, 50), "B2": place(0, 1, 0, 2)})
    assert withheld(table(cells), NOTHING).equals(withheld(table(dict(reversed(cells.items()))), NOTHING))
    assert withheld(pl.DataFrame({"a": []}).to_arrow(), NOTHING).schema == SCHEMA  # an operation that withholds nothing


settlement = st.one_of(
    st.builds(place, *[st.integers(0, 60)] * 4, flood=st.integers(0, 60), war=st.integers(0, 20)),
    st.builds(lambda n: {("total", "all|all"): n}, st.integers(0, 90)),
    st.builds(place, *[st.integers(0, 6)] * 4),
)


@settings(max_examples=8, deadline=None)
@given(st.fixed_dictionaries({p: settlement for p in LEAVES}), st.sampled_from([5, 10]))
def test_an_attack_never_narrows_what_is_withheld(leaves: dict[str, Any], threshold: int) -> None:
    cells = rolled(leaves)
    hidden = hidden_of(cells, small_cell_threshold=threshold)
    assert small_shown(cells, hidden, threshold) == []
    few_in_all = {k for k in hidden if (cells.get(("total", "all|all", "K")) or 0) < 30}
    assert [n for n in narrow(cells, hidden) if n[0] not in few_in_all] == []
