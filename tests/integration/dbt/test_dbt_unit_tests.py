"""The unit tests of the models' rules: all pass, and no model with a rule is without one."""

from __future__ import annotations

import re

import pytest
from dbt_candidate import Candidate, failures, run_dbt

from warehouse.settings import DBT_PROJECT

# Models without a unit test of their own, and why. A model that decides something does not belong here.
EXEMPT = {
    "dim_country": "copies its source",
    "dim_operation": "copies its source",
    "dim_population_category": "copies its seed",
    "mart_releases": "copies its source",
    "time_spine_day": "a calendar; tests/unit/indicators counts its days",
    "int_survey_psu_total": "reckoned by hand in test_dbt_survey_estimates.py",
    "int_part_population": "reckoned by hand in test_dbt_population.py",
    "int_community_population": "reckoned by hand in test_dbt_population.py",
    "int_figures": "reckoned by hand in test_dbt_release_marts.py",
    "mart_headlines": "reckoned by hand in test_dbt_release_marts.py",
    "mart_population": "reckoned by hand in test_dbt_population.py",
    "mart_population_breakdown": "reckoned by hand in test_dbt_population.py",
    "mart_returns_by_year": "reckoned by hand in test_dbt_population.py",
    "mart_country_links": "reckoned by hand in test_dbt_population.py",
    "mart_round_coverage": "reckoned by hand in test_dbt_release_marts.py",
}
RENAMES_ONLY = re.compile(r"^(?:--[^\n]*\n)*select\s+[a-z0-9_,\s]+from \{\{ [^}]+ \}\}\s*(?:order by [a-z0-9_,\s]+)?$")


def test_the_unit_tests_of_the_rules_pass(first: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt asks the database for the columns of what a model reads: the handmade first build has them all."""
    monkeypatch.setenv("MTM_BUILD_DB", str(first.database))
    outcome = run_dbt("test", "--select", "test_type:unit")
    assert outcome.success, failures(outcome)
    tested = {r.node.tested_node_unique_id.rpartition(".")[2] for r in outcome.result.results}
    models = {p.stem for p in (DBT_PROJECT / "models").rglob("*") if p.suffix in (".sql", ".py")}
    plain = {p.stem for p in (DBT_PROJECT / "models").rglob("*.sql") if RENAMES_ONLY.match(p.read_text().strip())}
    assert tested <= models
    assert models - tested - plain - set(EXEMPT) == set(), "models that state a rule and have no unit test"
