"""The one test that asks all declared codes, links and keys at once: it finds what they would, and none is left out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_candidate import Candidate, run_dbt

from warehouse.settings import DBT_PROJECT

TEST = "declared_codes_and_links_hold"
KINDS = ("accepted_values", "relationships", "not_null", "unique")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("update marts.mart_population set value_status = value_status", 0),
        ("update marts.mart_population set value_status = 'guessed' where population_category = 'returned'", 1),
        ("update marts.mart_returns_by_year set round_key = 'kgz-bma-r99'", 1),
        ("update marts.mart_population set value_status = 'guessed', component = 'bma'", 1),
        ("update marts.mart_returns_by_year set round_key = 'kgz-bma-r99', value_status = 'guessed'", 2),
        (
            "update seeds.change_words set text_ky = null where word_code = (select min(word_code) from seeds.change_words)",
            1,
        ),
        ("insert into seeds.change_rules from seeds.change_rules limit 1", 1),
        ("update marts.mart_survey_estimates set component = 'bma'", 1),
        (
            "update marts.mart_round_coverage set round_key = 'kgz-bma-r99' where place_level = 0 and round_key = (select min(round_key) from marts.dim_round)",
            1,
        ),
        ("update marts.mart_population_by_vintage set geography_vintage = '1999'", 1),
    ],
)
def test_a_code_or_a_link_that_leads_nowhere_is_found(
    first: Candidate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, expected: int
) -> None:
    copy = tmp_path / "build.duckdb"
    shutil.copy(first.database, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(change)
    monkeypatch.setenv("MTM_BUILD_DB", str(copy))
    result = run_dbt("build", "--select", TEST).result.results[0]
    assert (result.failures or 0) == expected
    assert str(result.status) == ("fail" if expected else "pass")


def test_every_declared_code_and_link_is_asked() -> None:
    """The models and seeds named in the test are those whose yml declares one of the four kinds, or foreign keys, and those
    to which they lead: what is not named may not be there yet when the test runs."""
    text = (DBT_PROJECT / "tests" / f"{TEST}.sql").read_text(encoding="utf-8")
    named = set(re.findall(r"'(\w+)'", text.split("] %}", maxsplit=1)[0]))
    assert named == set(_declaring()) | _led_to()


def _declaring() -> list[str]:
    found = []
    for path in DBT_PROJECT.rglob("*.yml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for part in ("models", "seeds"):
            relations = content.get(part)
            found += [
                r["name"]
                for r in (relations if isinstance(relations, list) else [])
                if "foreign_keys" in str(r.get("config"))
                or any(kind in str(test) for test in _tests(r) for kind in KINDS)
            ]
    return found


def _led_to() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in DBT_PROJECT.rglob("*.yml")]
    links = [found for text in texts for found in re.findall(r"\bto: ref\('(\w+)'\)|\bmart: (\w+)", text)]
    return {name for link in links for name in link if name}


def _tests(relation: dict[str, list[dict[str, object]]]) -> list[object]:
    return [t for c in relation.get("columns", []) for t in c.get("data_tests", [])]  # type: ignore[attr-defined]
