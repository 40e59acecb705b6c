"""The unit tests of the models' rules: all pass, and no model with a rule is without one."""

from __future__ import annotations

import re

import pytest
from dbt_candidate import Candidate, failures, run_dbt

from warehouse.settings import DBT_PROJECT, PROJECT

# Models without a unit test of their own, and where their rules are held instead. A model that decides something alone does not belong here.
SURVEY = "reckoned by hand in test_dbt_survey_estimates.py"
PYTHON = "a Python model: dbt can't give it rows; its library has test_batch.py, test_change.py, test_weighting.py and test_withhold.py, that of counts test_plan.py"
EXEMPT = {
    "time_spine_day": "a calendar: test_generated_files.py counts its days",
    "int_community_population": "reckoned by hand in test_dbt_population.py",
    "mart_population_breakdown": "reckoned by hand in test_dbt_parts.py",
    "int_place_name": "reckoned by hand in test_dbt_parts.py",
    "int_survey_cell": "reckoned by hand in test_dbt_survey_weights.py",
    **dict.fromkeys(
        ("int_survey_answer_cell", "int_survey_domain", "int_survey_indicator", "int_survey_option"), SURVEY
    ),
    **dict.fromkeys(("int_survey_said", "int_survey_estimate", "int_survey_withheld"), SURVEY),
    **dict.fromkeys(
        (
            "int_survey_built_estimate",
            "int_survey_cell_weight",
            "int_survey_change",
            "int_survey_built_withheld",
            "int_cell_withheld",
        ),
        PYTHON,
    ),
}
RENAMES_ONLY = re.compile(r"^(?:--[^\n]*\n)*select\s+[a-z0-9_,\s]+from \{\{ [^}]+ \}\}\s*(?:order by [a-z0-9_,\s]+)?$")


def test_the_unit_tests_of_the_rules_pass(first: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt asks the database for the columns of what a model reads: the handmade first build has them all."""
    monkeypatch.setenv("MTM_BUILD_DB", str(first.database))
    outcome = run_dbt("test", "--select", "test_type:unit")
    assert outcome.success, failures(outcome)
    tested = {r.node.tested_node_unique_id.rpartition(".")[2] for r in outcome.result.results}
    models = {p.stem: p for p in (DBT_PROJECT / "models").rglob("*") if p.suffix in (".sql", ".py")}
    plain = {name for name, p in models.items() if RENAMES_ONLY.match(p.read_text(encoding="utf-8").strip())}
    assert set(models) - tested - plain - set(EXEMPT) == set(), "models that state a rule and have no unit test"


def test_where_a_rule_is_said_to_be_held_there_is_such_a_test() -> None:
    files = {p.name for p in (PROJECT / "tests").rglob("test_*.py")}
    models = {p.stem for p in (DBT_PROJECT / "models").rglob("*")}
    assert set(EXEMPT) <= models
    for model, why in EXEMPT.items():
        named = set(re.findall(r"test_\w+\.py", why))
        assert named and named <= files, model
