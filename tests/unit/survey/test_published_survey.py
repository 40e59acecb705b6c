"""The attacker's system from published survey marts: it finds what sum by sum leaves open, and nothing once all sums are held."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest

from tests.unit.survey.test_survey_attack import LEAST, counted, people, sample_cells
from warehouse.disclosure.attack import attack
from warehouse.disclosure.published import PublishedSystem
from warehouse.disclosure.published.survey import systems
from warehouse.survey import withhold
from warehouse.survey.withhold import withheld

KEY = ["round_key", "indicator_code", "option_code", "domain_type", "domain"]


def published(seed: int) -> duckdb.DuckDBPyConnection:
    """Marts as a release shows them, and the true numbers as the build database has them."""
    rows, cells = counted(people(seed)), sample_cells(people(seed))
    told = pl.DataFrame(withheld(rows.to_arrow(), {"x-rms-r01": LEAST}, cells.to_arrow()))
    shown = rows.join(told, on=KEY).with_columns(estimate=pl.col("n_option") / pl.col("n"))
    hidden = [pl.when(~pl.col("is_domain_withheld")).then(c).alias(c) for c in ("n", "n_asked", "n_missing")]
    estimate = pl.when(~pl.col("is_suppressed")).then(pl.col("estimate").round(10)).alias("estimate")
    mart = shown.with_columns(
        *hidden, estimate, operation=pl.lit("x"), component=pl.lit("rms"), statistic=pl.lit("share")
    )
    of = told.filter(pl.col("indicator_code") == "respondents").select(
        "is_suppressed", oblast="domain", sex="option_code"
    )
    respondents = pl.when(~pl.col("is_suppressed")).then("respondents").alias("respondents")
    weights = cells.join(of, on=["oblast", "sex"]).with_columns(respondents).rename({"oblast": "place_code"})
    kinds = rows.select("indicator_code", "kind").unique().with_columns(operation=pl.lit("x"), component=pl.lit("rms"))
    con = duckdb.connect()
    tables = {
        "mart_survey_estimates": mart.drop("kind", "n_option"), "mart_survey_weights": weights, "dim_indicator": kinds,
        "int_survey_estimate": rows, "int_survey_cell": cells,
    }  # fmt: skip
    for name, frame in tables.items():
        con.register("_frame", frame.to_arrow())
        con.execute(f"create table {name} as from _frame")
        con.unregister("_frame")
    return con


def narrow(system: PublishedSystem) -> int:
    bounds = attack(system.system, system.targets, needed=system.needed)
    return int(np.sum(~(bounds.width >= system.needed - 1e-6)))


@pytest.mark.parametrize("with_true", [False, True])
def test_no_hidden_number_is_found_in_the_marts(with_true: bool) -> None:
    con = published(0)
    (system,) = systems(con, true=con if with_true else None)
    assert len(system.targets) > 50 and set(system.marts) <= {"mart_survey_estimates", "mart_survey_weights"}
    assert narrow(system) == 0
    values = system.system.values
    if with_true:
        assert values is not None and np.all(values[system.targets] >= 0)


def test_the_attack_from_the_marts_finds_what_sum_by_sum_leaves_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withhold, "prove", lambda _facts, _rows, _cells, found: found)
    (system,) = systems(published(0))
    assert narrow(system) > 0


def test_what_the_release_before_showed_of_the_same_people_is_known() -> None:
    """A number that is hidden now and was shown before is known exactly, where the round has the same respondents."""
    now, before = published(0), published(0)
    (hidden,) = now.execute("""
        select option_code, domain from mart_survey_estimates
        where is_suppressed and n is not null and indicator_code = 'remit' and domain_type = 'sex' order by all limit 1""").fetchall()
    before.execute(
        """update mart_survey_estimates as m set is_suppressed = false, estimate = round(i.n_option / i.n, 10)
        from int_survey_estimate as i
        where m.indicator_code = i.indicator_code and m.option_code = i.option_code and m.domain_type = i.domain_type
            and m.domain = i.domain and m.indicator_code = 'remit' and m.option_code = ? and m.domain = ?""",
        list(hidden),
    )
    (system,) = systems(now, previous=before)
    assert narrow(system) > 0
    before.execute("update mart_survey_estimates set n_asked = n_asked + 1")
    (corrected,) = systems(now, previous=before)
    assert narrow(corrected) == 0, (
        "another delivery has other people: the difference is attacked by the audit across releases"
    )
