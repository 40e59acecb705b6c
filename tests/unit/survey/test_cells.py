"""Tables in, tables out: weights of all rounds by cell, and the change of estimates that both rounds show."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from warehouse.survey.cells import cell_weights
from warehouse.survey.change_table import change_table

Row = dict[str, Any]


def cell(key: str, oblast: str, sex: str, weights: list[float]) -> Row:
    squares = sum(w * w for w in weights)
    return {"round_key": key, "oblast": oblast, "sex": sex, "respondents": len(weights), "base_weight": sum(weights),
            "base_weight_square": squares}  # fmt: skip


def margin(key: str, number: int, stock_round: str | None, **more: Any) -> Row:
    stated = {"by_oblast": number == 1, "by_sex": number == 2, "minimum_told": 0.8, "population_category": "returned"}
    return {"round_key": key, "margin_number": number, "stock_round_key": stock_round, **stated, **more}


DESIGNS = [
    {"operation": "x", "component": "rms", "weights": "none", "minimum_cell": 1, "gaps": "refuse", "lower_bound": 0.1,
     "upper_bound": 9.0, "max_iterations": 500, "tolerance": 1e-12}
]  # fmt: skip
# d <- data.frame(o = c("A","A","A","B","B","B","B","C","C","C"), w = c(1,2,1.5,1,1,3,2,1,2,0.5)) raked to o = 50, 20, 30:
# a factor for all respondents of an oblast; Kish's effect over single weights.
CELLS = [
    cell("x-rms-r01", "C", "male", [1, 0.5]), cell("x-rms-r01", "A", "male", [1, 2]), cell("x-rms-r01", "A", "female", [1.5]),
    cell("x-rms-r01", "B", "male", [1, 2]), cell("x-rms-r01", "B", "female", [1, 3]), cell("x-rms-r01", "C", "female", [2]),
    cell("x-rms-r02", "A", "male", [1] * 9), cell("x-rms-r03", "A", "unknown", [1] * 4),
]  # fmt: skip
STATED = [margin("x-rms-r01", n, "x-bma-r01") for n in (1, 2)] + [margin("x-rms-r02", 1, None)]
STOCK = [
    margin("x-rms-r01", 1, "x-bma-r01", oblast=o, sex="all", stock=s, share_told=1.0) for o, s in (("A", 50.0), ("B", 20.0), ("C", 30.0))
] + [margin("x-rms-r01", 2, "x-bma-r01", oblast="all", sex=s, stock=n, share_told=0.9) for s, n in (("male", 70.0), ("female", 30.0))]  # fmt: skip


def test_base_weights_enter_by_their_sums_and_squares() -> None:
    rows = cell_weights(CELLS, STOCK, STATED, DESIGNS).to_pylist()
    first = {(r["oblast"], r["sex"]): r for r in rows if r["round_key"] == "x-rms-r01"}
    # The numbers of R in test_raking.py, raked from the base weights: weights 2 4 1.5 · 0.6 0.3 0.9 1.2 · 1.8 1.8 0.9
    factors = {k: r["raked_weight"] for k, r in first.items()}
    assert factors == pytest.approx(
        {
            ("A", "male"): 2,
            ("A", "female"): 1,
            ("B", "male"): 0.6,
            ("B", "female"): 0.3,
            ("C", "male"): 1.8,
            ("C", "female"): 0.9,
        }
    )
    told = first["A", "male"]
    assert (told["raking_status"], told["margins_used"], told["stock_round_key"]) == (
        "raked",
        "oblast; sex",
        "x-bma-r01",
    )
    assert told["design_effect_raked"] == pytest.approx(1.43288888888889, abs=1e-9)
    assert told["design_effect_base"] == pytest.approx(10 * 27.5 / 15**2) and told["effective_n_base"] == pytest.approx(
        10 / told["design_effect_base"]
    )
    assert not told["is_trimmed"] and told["is_placed"]


def test_rounds_without_a_stock_or_a_statement_have_no_raked_weight() -> None:
    rows = {r["round_key"]: r for r in cell_weights(CELLS, STOCK, STATED, DESIGNS).to_pylist()}
    assert (rows["x-rms-r02"]["raking_status"], rows["x-rms-r02"]["margins_left_out"]) == ("no_stock", "oblast")
    assert (rows["x-rms-r03"]["raking_status"], rows["x-rms-r03"]["raked_weight"]) == ("not_stated", None)
    assert rows["x-rms-r02"]["raked_weight"] is None and rows["x-rms-r02"]["effective_n_base"] == 9


def test_the_order_of_rows_does_not_count() -> None:
    forward = cell_weights(CELLS, STOCK, STATED, DESIGNS)
    assert forward.equals(cell_weights(CELLS[::-1], STOCK[::-1], STATED[::-1], DESIGNS))
    assert cell_weights([], [], [], []).schema.equals(forward.schema)


def estimate(key: str, option: str, value: float | None, **more: Any) -> Row:
    bounds = {"ci_low": 0.1, "ci_high": 0.9, "ci_low_beta": 0.05, "ci_high_beta": 0.95}
    return {"round_key": key, "indicator_code": "plan", "option_code": option, "domain_type": "national", "domain": "all",
            "statistic": "share", "estimate": value, "standard_error": 0.05, "degrees_of_freedom": 20, **bounds, **more}  # fmt: skip


def test_only_what_both_rounds_show_is_compared() -> None:
    pairs = pa.Table.from_pylist([{"round_key": "r3", "previous_round_key": "r1", "indicator_code": "plan"}])
    rows = [
        estimate("r1", "stay", 0.4), estimate("r3", "stay", 0.2), estimate("r1", "go", None), estimate("r3", "go", 0.3),
        estimate("r3", "new", 0.1), estimate("r1", "never", 0.0, standard_error=0.0, ci_high_beta=0.02),
        estimate("r3", "never", 0.0, standard_error=0.0, ci_high_beta=0.03), estimate("r2", "stay", 0.9),
    ]  # fmt: skip
    found = {r["option_code"]: r for r in change_table(pairs, pa.Table.from_pylist(rows)).to_pylist()}
    assert sorted(found) == ["never", "stay"]
    stay, never = found["stay"], found["never"]
    assert (stay["round_key"], stay["previous_round_key"], stay["interval_method"]) == ("r3", "r1", "linearised")
    assert (stay["difference"], stay["ratio"], stay["degrees_of_freedom"]) == pytest.approx((-0.2, 0.5, 40))
    assert stay["standard_error"] == pytest.approx(0.05 * 2**0.5)
    assert (never["interval_method"], never["p_value"], never["ratio"]) == ("from_intervals", None, None)
    # Shares bring their exact bounds: 0 ± the other's reach.
    low = -((0.05**2 + 0.02**2) ** 0.5)
    assert never["ci_low"] == pytest.approx(low)
    assert change_table(pairs, pa.Table.from_pylist(rows).slice(0, 0)).num_rows == 0
