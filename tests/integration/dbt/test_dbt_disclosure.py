"""An attack on the marts of an operation that publishes its settlements, by linear programmes that share no code with the project."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dbt_candidate import Candidate, build
from scipy.optimize import linprog
from scipy.sparse import coo_matrix
from settlement_rounds import AGES, REASONS, reference, settlement_round, tree

from warehouse.disclosure.audit import audit
from warehouse.disclosure.published.cells import CELLS

KEYS = ("fin-bma-r01", "fin-bma-r02")
PARENT = {code: above for code, _, above in tree()}
LEVEL = {code: level for code, level, _ in tree()}
UNITS = ("individuals", "households")
Cell = tuple[str, str, str, str, str]  # round, place, table, item, unit
POPULATION = "select round_key, place_code, 'people', sex || '|' || age_group, individuals, households, is_suppressed from marts.mart_population"
PART = "select round_key, place_code, 'reason', reason_code, individuals, households, is_suppressed from marts.mart_reasons"
FORMER = "select round_key, {}, {}, place_code, {}, individuals, {}, is_suppressed from marts.{}"


@pytest.fixture(scope="module")
def fine(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    rounds = [settlement_round(key, seed) for seed, key in enumerate(KEYS, 5)]
    return build(Candidate(tmp_path_factory.mktemp("fine") / "c", rounds, reference(1, 2)))


def corrected(first: Candidate, folder: Path, changed: dict[str, int]) -> Candidate:
    """The second round delivered again, on the release that `first` is."""
    rows = [
        row
        for mart, (category, table, item, hh) in CELLS.items()
        for row in first.query(FORMER.format(category, table, item, hh, mart))
    ]
    names = ["round_key", "population_category", "table_code", "place_code", "item", *UNITS, "is_suppressed"]
    tables = reference(1, 2)
    tables["release_cell"] = [dict(zip(names, row, strict=True)) for row in rows]
    return build(Candidate(folder, [settlement_round(KEYS[1], 6, changed)], tables, base=first.database))


def shown(candidate: Candidate, category: str) -> dict[Cell, float | None]:
    """Every cell that has a row: its value, or None where it is withheld."""
    found: dict[Cell, float | None] = {}
    for sql in (POPULATION, PART):
        for key, place, table, item, people, households, hidden in candidate.query(
            f"{sql} where population_category = '{category}'"
        ):
            for unit, value in zip(UNITS, (people, households), strict=True):
                if hidden and value is None:
                    found[key, place, table, item, unit] = None
                elif value is not None:
                    found[key, place, table, item, unit] = value
    return found


def equations(
    cells: dict[Cell, float | None], candidate: Candidate, category: str
) -> list[tuple[dict[Cell, float], float]]:
    """Sums over places, sexes and ages, and changes between rounds."""
    found: list[tuple[dict[Cell, float], float]] = []
    for key, place, table, item, unit in cells:
        inside = [(key, c, table, item, unit) for c, above in PARENT.items() if above == place]
        if inside := [c for c in inside if c in cells]:
            found.append(({**dict.fromkeys(inside, 1.0), (key, place, table, item, unit): -1.0}, 0.0))
    for key, place in product(KEYS, PARENT):
        whole = (key, place, "people", "all|all", "individuals")
        sums = [([("people", f"{s}|all") for s in ("male", "female")], whole)]
        sums += [
            ([("people", f"{s}|{a}") for a in AGES], (key, place, "people", f"{s}|all", "individuals"))
            for s in ("male", "female", "all")
        ]
        sums += [
            ([("people", f"{s}|{a}") for s in ("male", "female")], (key, place, "people", f"all|{a}", "individuals"))
            for a in AGES
        ]
        sums += [([("reason", r) for r in REASONS], whole)]
        for parts, total in sums:
            these = [(key, place, *part, "individuals") for part in parts]
            if all(c in cells for c in (*these, total)):
                found.append(({**dict.fromkeys(these, 1.0), total: -1.0}, 0.0))
    changes = (
        "select place_code, total_difference, current_individuals, previous_individuals from marts.mart_round_change"
    )
    for place, difference, now, before in candidate.query(f"{changes} where population_category = '{category}'"):
        ends = [(key, place, "people", "all|all", "individuals") for key in KEYS]
        for cell, value in zip(ends, (before, now), strict=True):
            found += [({cell: 1.0}, float(value))] if value is not None else []
        found += [({ends[1]: 1.0, ends[0]: -1.0}, float(difference))] if difference is not None else []
    return found


def truth(candidate: Candidate) -> dict[tuple[str, str, str, str, str, str], float]:
    """True counts, from the build database."""
    rows = candidate.query(
        "select round_key, population_category, place_code, table_code, item, individuals, households from intermediate.int_count_cell"
    )
    return {
        (category, key, place, table if table == "reason" else "people", item, unit): value
        for key, category, place, table, item, *values in rows
        for unit, value in zip(UNITS, values, strict=True)
        if value is not None
    }


def narrow(candidate: Candidate, category: str) -> list[tuple[Cell, float, float]]:
    """Withheld cells that can be put into less than max(10, 20 %). Equations that are not true of the round are not known to anybody."""
    true = truth(candidate)
    built = {key for _, key, *_ in true}  # a correction builds one round of the two
    cells = {cell: value for cell, value in shown(candidate, category).items() if cell[0] in built}
    order = [cell for cell, value in cells.items() if value is None]
    at, need = (
        {cell: n for n, cell in enumerate(order)},
        np.array([max(10.0, 0.2 * true.get((category, *c), 0.0)) for c in order]),
    )
    rows, columns, factors, sums = [], [], [], []
    untold = {
        c[:2]
        for c in order
        if c[2:4] == ("people", "all|all") and (category, *c[:2], "people", "male|all", "individuals") not in true
    }
    for equation, total in equations(cells, candidate, category):
        if abs(sum(f * true.get((category, *c), 0.0) for c, f in equation.items()) - total) > 1e-9:
            continue
        if not all(c in cells for c in equation):
            continue
        places = {c[:2] for c in equation}
        if (
            len(places) == 1
            and untold
            and len({c[3] for c in equation}) > 1
            and cells.get((*places.copy().pop(), "people", "all|all", "individuals")) is None
        ):
            continue  # of places whose totals are withheld nobody sees which told their sexes and ages
        known = sum(f * (cells[c] or 0.0) for c, f in equation.items() if c not in at)
        open_cells = [(at[c], f) for c, f in equation.items() if c in at]
        if open_cells:
            rows += [len(sums)] * len(open_cells)
            columns += [c for c, _ in open_cells]
            factors += [f for _, f in open_cells]
            sums.append(total - known)
    matrix = coo_matrix((factors, (rows, columns)), shape=(len(sums), len(order))).tocsr() if order else None
    low, high, chance = np.full(len(order), np.inf), np.full(len(order), -np.inf), np.random.default_rng(1)

    def look(aim: Any) -> bool:
        answer = linprog(aim, A_eq=matrix, b_eq=sums, bounds=(0, 1e6), method="highs")
        assert answer.status == 0, answer.message
        np.minimum(low, answer.x, out=low)
        np.maximum(high, answer.x, out=high)
        return bool((high - low < need).any())

    for _ in range(6):
        if order and not look(chance.normal(size=len(order))):
            break
    for n in np.flatnonzero(high - low < need):
        for sign in (1.0, -1.0):
            aim = np.zeros(len(order))
            aim[n] = sign
            look(aim)
    return [(order[n], low[n], high[n]) for n in np.flatnonzero(high - low < need - 1e-6)]


def hidden_totals(candidate: Candidate) -> set[tuple[Any, ...]]:
    where = "where is_suppressed and sex = 'all' and age_group = 'all' and population_category = 'idp'"
    return set(candidate.query(f"select round_key, place_code from marts.mart_population {where}"))


@pytest.mark.parametrize("category", ["idp", "returned"])
def test_linear_programmes_on_the_marts_narrow_nothing(fine: Candidate, category: str) -> None:
    assert sum(value is None for value in shown(fine, category).values()) > 100
    assert narrow(fine, category) == []


def test_totals_of_the_country_are_shown_and_not_every_settlement_goes_along(fine: Candidate) -> None:
    rows = fine.query("""
        select place_level, avg(is_suppressed::int) from marts.mart_population
        where sex = 'all' and age_group = 'all' group by all order by all""")
    hidden = dict(rows)
    # a region goes along only where nothing inside it leaves enough room
    assert hidden[0] == 0 and hidden[1] <= 0.25 and hidden[4] < 0.9


def test_the_audit_of_the_project_agrees(fine: Candidate) -> None:
    import duckdb

    with duckdb.connect(str(fine.database), read_only=True) as con:
        found = audit(con, true=con)
    assert found.hidden > 200 and found.ok, (found.exposed[:5], found.contradictions[:5])


def test_a_correction_by_few_people_is_told_by_no_difference_of_two_releases(fine: Candidate, tmp_path: Path) -> None:
    """Settlements whose total is shown, and one whose total is withheld, get 1 to 4 people more."""
    totals = "select place_code, is_suppressed from marts.mart_population where round_key = 'fin-bma-r02' and place_level = 4"
    rows = dict(
        fine.query(
            f"{totals} and sex = 'all' and age_group = 'all' and population_category = 'idp' order by place_code desc"
        )
    )
    changed = {
        next(p for p, hidden in rows.items() if hidden): 2,
        next(p for p, hidden in rows.items() if not hidden): 3,
    }
    after = corrected(fine, tmp_path / "again", changed)
    assert hidden_totals(fine) <= hidden_totals(after)
    before, now = shown(fine, "idp"), shown(after, "idp")
    assert {c for c, v in before.items() if v is None and now.get(c)} == set()  # withheld then, shown now
    told = {
        c: (v, now.get(c)) for c, v in before.items() if v is not None and now.get(c) is not None and LEVEL[c[1]] == 4
    }
    assert [c for c, (was, value) in told.items() if 0 < abs((value or 0) - was) < 5] == []
    assert narrow(after, "idp") == []


def test_nothing_derived_stands_where_settlements_are_withheld(fine: Candidate) -> None:
    """Sums of the communities that are in both rounds, or in one, are shown only where nothing inside is withheld."""
    rows = fine.query("""
        select count(*) from marts.mart_round_change
        where place_level < 2 and coalesce(common_current_individuals, new_individuals, like_for_like, ratio_median) is not null""")
    assert rows == [(0,)]
    shares = fine.query(
        "select count(*), count(total_where_told), count(category_total) from marts.mart_reasons where is_suppressed"
    )
    assert shares[0][0] > 0 and shares[0][1:] == (0, 0)
