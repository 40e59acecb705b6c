"""The attacker's system from published survey marts: it finds what sum by sum leaves open, and nothing once all sums are held."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest

from tests.unit.survey.test_survey_attack import LEAST, Person, counted, people, sample_cells
from warehouse.disclosure.audit import audit_systems
from warehouse.disclosure.published import PublishedSystem
from warehouse.disclosure.published.corrected import changed_by_few
from warehouse.disclosure.published.survey import systems
from warehouse.survey import withhold
from warehouse.survey.withhold import withheld

KEY = ["round_key", "indicator_code", "option_code", "domain_type", "domain"]


def published(sample: list[Person]) -> duckdb.DuckDBPyConnection:
    """Marts as a release shows them, and the true numbers as the build database has them."""
    rows, cells = counted(sample), sample_cells(sample)
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
    """Withheld numbers that are told too closely, as the audit counts them: a fifth of the number, or of the interval's middle."""
    found = audit_systems([system])
    assert not found.contradictions
    return len(found.exposed)


@pytest.mark.parametrize("with_true", [False, True])
def test_no_hidden_number_is_found_in_the_marts(with_true: bool) -> None:
    con = published(people(0))
    (system,) = systems(con, true=con if with_true else None)
    assert len(system.targets) > 50 and set(system.marts) <= {"mart_survey_estimates", "mart_survey_weights"}
    assert narrow(system) == 0
    values = system.system.values
    if with_true:
        assert values is not None and np.all(values[system.targets] >= 0)


def test_the_attack_from_the_marts_finds_what_sum_by_sum_leaves_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withhold, "prove", lambda _facts, _rows, _cells, found: found)
    (system,) = systems(published(people(0)))
    assert narrow(system) > 0


def show(con: duckdb.DuckDBPyConnection, option: str, is_shown: bool) -> None:
    """Show or hide an answer to `remit` of both sexes."""
    con.execute(
        """update mart_survey_estimates as m set is_suppressed = ?, estimate = case when ? then round(i.n_option / i.n, 10) end
        from int_survey_estimate as i
        where m.indicator_code = i.indicator_code and m.option_code = i.option_code and m.domain_type = i.domain_type
            and m.domain = i.domain and m.indicator_code = 'remit' and m.option_code = ? and m.domain_type = 'sex'""",
        [not is_shown, is_shown, option],
    )


def few_women_refuse() -> list[Person]:
    """Four women refuse to answer, and twenty men; nothing else tells people apart."""
    same = {"oblast": "A", "country": "RUS", "job": "company", "sector": "trade", "needs": set(), "often": "not asked"}
    told = {"male": {"yes": 60, "no": 40, "refused": 20}, "female": {"yes": 30, "no": 30, "refused": 4}}
    return [{**same, "sex": s, "remit": o} for s, answers in told.items() for o, n in answers.items() for _ in range(n)]


def test_two_releases_that_hide_different_numbers_of_the_same_people_tell_both() -> None:
    """Now `no` goes along with the few who refused, before it was `yes`: both together say who refused."""
    now, before = published(few_women_refuse()), published(few_women_refuse())
    for con, along in ((now, "no"), (before, "yes")):
        for option in ("yes", "no", "refused"):
            show(con, option, is_shown=option not in (along, "refused"))
    (alone,), (both,), (again,) = systems(now), systems(now, previous=before), systems(now, previous=now)
    assert narrow(alone) == narrow(again) == 0
    assert narrow(both) > 0
    before.execute("update mart_survey_estimates set n_asked = n_asked + 1, n = n + 1 where indicator_code = 'job'")
    (corrected,) = systems(now, previous=before)
    assert narrow(corrected) == 0, "another delivery has other people"


def test_the_figures_that_a_correction_changed_by_few_people_are_counted() -> None:
    """One man says yes instead of no; then nobody else is asked anew."""
    sample = few_women_refuse()
    before = published(sample)
    assert changed_by_few(before, None) == changed_by_few(before, published(sample)) == {}
    next(p for p in sample if p["remit"] == "no")["remit"] = "yes"
    now = published(sample)
    shown = "select option_code, domain_type, domain from mart_survey_estimates where indicator_code = 'remit' and not is_suppressed"
    both = set(now.execute(shown).fetchall()) & set(before.execute(shown).fetchall())
    touched = {key for key in both if key[0] in ("yes", "no") and key[2] in ("all", "A", "male", "RUS")}
    assert len(touched) > 2
    assert changed_by_few(now, before) == {"x-rms-r01": len(touched)}


def test_respondents_by_place_are_attacked_beside_the_estimates() -> None:
    """4 of the oblast's 60 are of B: shown beside it, A tells them; an oblast that only the coverage shows is known too."""
    con = published(people(0))
    con.execute(
        "create table mart_round_coverage (round_key text, component text, place_level int, place_code text, parent_code text, respondents int, is_suppressed bool)"
    )
    rows = "('x-rms-r01', 'rms', 0, 'X', null, 160, false), ('x-rms-r01', 'rms', 1, 'P', 'X', 60, false), ('x-rms-r01', 'rms', 2, 'A', 'P', {}), ('x-rms-r01', 'rms', 2, 'B', 'P', null, true)"
    con.execute(
        "create table int_place_coverage as from (values ('x-rms-r01', 'X', 160), ('x-rms-r01', 'P', 60), ('x-rms-r01', 'A', 56), ('x-rms-r01', 'B', 4)) t(round_key, place_code, responses)"
    )
    for a, exposed in (("56, false", 1), ("null, true", 0)):
        con.execute("delete from mart_round_coverage")
        con.execute(f"insert into mart_round_coverage values {rows.format(a)}")
        by_place = [s for s in systems(con, true=con) if s.name.startswith("coverage")]
        assert [narrow(s) for s in by_place] == [exposed]
