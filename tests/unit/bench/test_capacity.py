"""What one installation holds: the simulated queue beside queueing theory, needs beside their parts, the page beside the model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import pytest
from click.testing import CliRunner

from warehouse.bench.capacity.arrivals import DAY, arrivals
from warehouse.bench.capacity.needs import Case, cases, needs
from warehouse.bench.capacity.page import PAGE, TABLE, TABLES, page
from warehouse.bench.capacity.queue import Plan, simulate
from warehouse.bench.capacity.registry import Size, bench_registry, make_registry
from warehouse.bench.capacity.slopes import Slope, slopes
from warehouse.bench.capacity.waiting import first_wall, theory
from warehouse.bench.capacity.words import amount, seconds, two
from warehouse.cli import cli
from warehouse.status import round_states

ONE = Plan(operations=24, per_day=0, homes=1, at_once=1, days=100, rounds=3000, steady=True)


def at(load: float, plan: Plan = ONE) -> Plan:
    return replace(plan, per_day=load * theory(plan, slopes()).most_per_day)


@pytest.mark.parametrize("load", [0.4, 0.8])
def test_a_builder_waits_as_the_formula_says(load: float) -> None:
    plan = at(load)
    waits = [simulate(replace(plan, seed=seed), slopes()).mean for seed in range(12)]
    error = stdev(waits) / len(waits) ** 0.5
    said = theory(plan, slopes()).mean_wait
    assert said and abs(mean(waits) - said) < 3 * error and error < 0.1 * said


def test_runs_that_all_take_the_same_wait_half_as_long_as_runs_at_random() -> None:
    even = slopes().model_copy(update={"spread": slopes().spread.model_copy(update={"ratios": [1.0, 1.0]})})
    plan = at(0.5)
    run = even.run_seconds(plan.values, plan.rounds)
    found = theory(plan, even).mean_wait
    assert found == pytest.approx(run / 2)  # ρ S / 2 (1 − ρ): half of what runs of exponential length would wait


def test_homes_and_their_builders_are_independent_where_there_are_cores() -> None:
    many = replace(ONE, homes=12, rounds=36_000, days=60, at_once=12)
    assert theory(at(0.6, many), slopes()).load == pytest.approx(0.6)
    wait, alone = simulate(at(0.6, many), slopes()).mean, theory(at(0.6), slopes()).mean_wait
    assert alone and wait == pytest.approx(alone, rel=0.15)
    assert simulate(replace(at(0.6, many), at_once=6), slopes()).mean > 5 * wait  # cores for 6: they are never free


def test_the_wall_is_where_the_builder_has_no_second_left() -> None:
    plan = replace(ONE, days=40)
    most = theory(plan, slopes()).most_per_day
    assert first_wall(plan, slopes()) == pytest.approx(most, rel=0.1)
    assert not simulate(at(1.2, plan), slopes()).empties and simulate(at(0.6, plan), slopes()).empties
    behind = simulate(at(1.2, plan), slopes()).backlog
    assert behind[-1] == pytest.approx(0.2 * most * plan.days, rel=0.35) and behind[-1] > behind[len(behind) // 2] > 0
    assert theory(at(1.2, plan), slopes()).mean_wait is None


def test_a_home_that_grows_fills_up_though_it_began_with_room() -> None:
    plan = replace(ONE, rounds=0, per_day=200, days=40, new_rounds=1.0)
    answer = simulate(plan, slopes())
    assert simulate(replace(plan, new_rounds=0.0), slopes()).empties and not answer.empties
    assert answer.run_seconds > 3 * slopes().run_seconds(plan.values, 0)


def test_the_same_seed_gives_the_same_answer_and_another_one_another() -> None:
    plan = Plan(operations=50, per_day=200, homes=50, days=20)
    one, same, other = (simulate(replace(plan, seed=seed), slopes()) for seed in (1, 1, 2))
    assert (one.waits, one.backlog) == (same.waits, same.backlog) and one.waits != other.waits


def test_people_send_by_day_on_workdays_and_at_the_end_of_the_month() -> None:
    found = [a for a in arrivals(1, 200, 60, 3) if a.operation == 0]  # zone 0: local time is that of the clock
    assert len(found) == pytest.approx(200 * 60, rel=0.05)
    by_day = [sum(int(a.at // DAY) % 7 == day for a in found) for day in range(7)]
    assert min(by_day[:5]) > 3 * max(by_day[5:])
    office = sum(8 <= a.at % DAY // 3600 < 18 for a in found)
    ends = sum(int(a.at // DAY) % 30 >= 25 for a in found)
    assert office > 0.8 * len(found) and ends > 0.25 * len(found)
    assert found == sorted(found)


def test_nothing_is_lost_runs_that_fail_run_again() -> None:
    plan = Plan(operations=10, per_day=50, homes=10, days=30, failing=0.3, at_once=10)
    answer = simulate(plan, slopes())
    came = len(arrivals(10, 50, 30, plan.seed))
    assert len(answer.waits) == pytest.approx(came, abs=5) and answer.backlog[-1] < 0.05 * came
    runs = answer.busy / slopes().run_seconds(plan.values, 0)
    assert runs == pytest.approx(came / (1 - plan.failing), rel=0.05)


def test_needs_are_the_sum_of_what_was_measured() -> None:
    case = Case(operations=10, rounds_per_year=4, deliveries_per_day=2, years=5, values=1000)
    one, each = needs(case, 1, slopes()), needs(case, 99, slopes())
    assert (one.rounds_of_a_home, each.homes, each.rounds_of_a_home) == (200, 10, 20)
    assert one.run_seconds == pytest.approx(sum(s.at(1000, 200) for s in slopes().seconds.values()))
    assert one.builder_load == pytest.approx(20 * one.run_seconds / DAY)
    assert (
        one.bytes["vault"]
        == each.bytes["vault"]
        == pytest.approx(10 * 2 * 365 * 5 * slopes().bytes["vault"].at(1000, 0))
    )
    assert one.bytes["releases"] < each.bytes["releases"]  # what is fixed is there once for each home
    full = needs(case.model_copy(update={"deliveries_per_day": 1000}), 1, slopes())
    assert full.years_to_the_wall is not None and 0 <= full.years_to_the_wall < 5 and full.builder_load > 1


def test_every_case_of_the_page_has_a_layout_that_holds_it() -> None:
    for case in cases():
        assert needs(case, case.operations, slopes()).builder_load < 0.3


def test_a_cost_grows_with_the_delivery_and_with_the_home() -> None:
    slope = Slope(fixed=1, per_thousand_values=2, per_round=3, source="here")
    assert slope.at(10_000, 7) == 1 + 20 + 21
    assert slopes().rounds_at(slopes().run_seconds(65_000, 123), 65_000) == pytest.approx(123)
    assert [two(x) for x in (0, 0.0312, 7.77, 281, 24_260)] == ["0", "0.031", "7.8", "280", "24,000"]
    assert (amount(3.2e12), amount(0), seconds(44), seconds(400), seconds(2e5)) == (
        "3.2 TB",
        "0 B",
        "44 s",
        "6.7 minutes",
        "2.3 days",
    )


def test_the_page_has_the_tables_of_the_model() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert {name for _, name, _ in TABLE.findall(text)} == set(TABLES)
    assert page(text) == text, "run: python -m warehouse.bench.capacity.page"


def test_a_home_of_many_rounds_is_as_after_their_publication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTM_OPERATIONS", "")
    home = make_registry(tmp_path, Size(operations=3, rounds=2, releases=4))
    states = round_states(home)
    assert [(s.state, s.replay, s.release_id) for s in states] == [("published", None, "r000004")] * 6
    assert set(bench_registry(home)) >= {"mtm status", "mtm releases"}


def test_the_commands_answer() -> None:
    def asked(*words: str) -> str:
        result = CliRunner().invoke(cli, ["bench", *words])
        assert result.exit_code == 0, result.output
        return result.output

    found = json.loads(asked("capacity", "--operations", "85", "--homes", "85", "--json"))
    assert found["homes"] == 85 and found["bytes_of_all"] == pytest.approx(sum(found["bytes"].values()))
    assert "more homes" in asked("capacity", "--operations", "1000")
    told = json.loads(
        asked("queue", "--operations", "20", "--homes", "20", "--days", "10", "--rounds", "60000", "--wall", "--json")
    )
    assert told["empties"] and len(told["backlog_by_day"]) == 10 and told["wall_deliveries_per_day"] > 20
    assert "Every queue empties" in asked("queue", "--operations", "20", "--homes", "20", "--days", "10")


def test_a_delivery_that_waits_at_the_very_end_makes_no_home_full() -> None:
    plan = Plan(
        operations=500, per_day=1000, homes=500, at_once=1, days=8
    )  # many homes that were idle for days, one core
    answer = simulate(plan, slopes())
    assert answer.empties and answer.waited(0.95) < DAY
    assert simulate(replace(plan, per_day=20_000), slopes()).full_homes > 0
