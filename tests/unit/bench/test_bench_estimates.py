"""The benchmark of estimates: a made round is what it says it is, and the command prints its ratios."""

from __future__ import annotations

import json

import duckdb
from click.testing import CliRunner

from warehouse.bench.survey_round import ROUND, Size, make_round
from warehouse.cli import cli
from warehouse.survey.batch_round import Tables, estimate_round


def test_estimates_and_group_by_look_at_the_same_people() -> None:
    with duckdb.connect() as connection:
        make_round(connection, Size(respondents=60, questions=10))
        tables = Tables("sample", "answers", "unanswered", "domains", "options")
        connection.register("estimates", estimate_round(connection, tables, ROUND))
        differ = connection.sql("""
            select count(*) from estimates as e
            full join (
                select indicator_code, option_code, domain_type, domain, sum(value_number) as chosen,
                    sum(weight * value_number) as weighted
                from long where kind <> 'number' group by all
            ) as g using (indicator_code, option_code, domain_type, domain)
            where (e.kind <> 'number' or e.kind is null) and coalesce(e.n_option, -1) <> coalesce(g.chosen, 0)
        """).fetchall()
        assert differ == [(0,)]
        assert {k for (k,) in connection.sql("select distinct kind from estimates").fetchall()} == {
            "single", "multiple", "number",
        }  # fmt: skip
        skipped = connection.sql(
            "select n_asked from estimates where indicator_code = 'question_0003' and domain = 'all'"
        )
        assert {n < 60 for (n,) in skipped.fetchall()} == {True}


def test_the_command_gives_seconds_and_ratios() -> None:
    result = CliRunner().invoke(
        cli, ["bench", "estimates", "--questions", "10", "--respondents", "40", "--turns", "1", "--json"]
    )
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    seconds = answer["seconds"]
    assert answer["ratios"]["estimates / group_by_long"] > 0
    assert seconds.keys() >= {"estimates", "group_by_long", "group_by_answers"} and min(seconds.values()) > 0
    assert answer["rows"]["long"] > answer["rows"]["answers"] > 0 and answer["cells"] > 0
