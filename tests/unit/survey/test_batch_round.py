"""A round's tables become estimates: chunks, who was asked, weights that are missing, and names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from warehouse.errors import MtmError
from warehouse.survey.batch_round import SCHEMA, Tables, estimate_round

TABLES = Tables("sample", "answers", "(select * from unanswered)", "domains", "options")
ROUND = "xx-rms-r01"


@pytest.fixture
def round_tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """Twelve people in six clusters of two strata; p12 has no weight. Another round stands beside."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            create table sample as
            select r as round_key, 'p' || i as response_key, 's' || (i % 2) as stratum, 'c' || (i // 2) as psu,
                null::double as fpc, case when i < 12 then 1.0 + i % 3 end as weight, 'delivered weights' as weight_scheme
            from range(1, 13) t (i), (values ('{ROUND}'), ('xx-rms-r02')) v (r);
            create table domains as
            select round_key, response_key, 'national' as domain_type, 'all' as domain from sample
            union all select round_key, response_key, 'sex', 'men' from sample where right(response_key, 1) in ('1', '3', '5', '7');
            create table answers as
            select round_key, response_key, 'plan' as indicator_code, 'single' as kind,
                case when right(response_key, 1) in ('1', '2') then 'stay' else 'go' end as option_code, null::double as value_number
            from sample where response_key not in ('p3', 'p4')
            union all
            select round_key, response_key, 'need', 'multiple', o, case when o = 'work' then 1.0 else 0.0 end
            from sample, (values ('work'), ('health')) v (o)
            union all
            select round_key, response_key, 'months', 'number', null, 10.0 from sample
            union all
            select round_key, response_key, 'sex', 'single', 'men', null from sample where response_key in ('p1', 'p3', 'p5', 'p7');
            create table unanswered as
            select round_key, response_key, 'plan' as indicator_code from sample where response_key in ('p3', 'p12');
            create table options as
            select distinct round_key, 'plan' as indicator_code, 'single' as kind, o as option_code
            from sample, (values ('stay'), ('go'), ('elsewhere')) v (o)
            union all select '{ROUND}', 'never_asked', 'single', 'a';
        """)
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, **how: Any) -> dict[tuple[str, str, str], dict[str, Any]]:
    found = estimate_round(connection, TABLES, ROUND, **how).to_pylist()
    return {(r["indicator_code"], r["option_code"], r["domain"]): r for r in found}


def test_who_was_asked_and_who_answered(round_tables: duckdb.DuckDBPyConnection) -> None:
    found = rows(round_tables)
    stay, men = found["plan", "stay", "all"], found["plan", "stay", "men"]
    # p3 gave no answer, p4 was not asked, p12 has no weight: 9 of 11 answered, of whom p1, p2 and p11 stay (weights 2 + 3 + 3 of 20).
    assert (stay["n"], stay["n_option"], stay["n_missing"], stay["n_asked"]) == (9, 3, 1, 10)
    assert stay["estimate"] == pytest.approx(8 / 20)
    assert (men["n"], men["n_missing"], men["n_asked"]) == (4, 1, 5)
    assert stay["round_key"] == ROUND and stay["weight_scheme"] == "delivered weights"
    assert found["plan", "elsewhere", "all"]["estimate"] == 0
    assert not [key for key in found if key[0] == "never_asked"]


def test_a_missing_figure_is_null_and_a_number_has_two_rows(round_tables: duckdb.DuckDBPyConnection) -> None:
    found = rows(round_tables)
    mean, median = found["months", "mean", "all"], found["months", "median", "all"]
    assert (mean["estimate"], mean["standard_error"], mean["ci_low"], mean["ci_high"]) == (10, 0, 10, 10)
    assert (median["estimate"], median["design_effect"], median["ci_low_beta"]) == (10, None, None)
    assert {r["kind"] for r in found.values()} == {"single", "multiple", "number"}


def test_a_domain_made_of_the_indicator_itself_is_left_out(round_tables: duckdb.DuckDBPyConnection) -> None:
    assert {d for i, _, d in rows(round_tables) if i == "sex"} == {"all"}


@pytest.mark.parametrize("chunk_rows", [1, 15, 30])
def test_chunks_say_what_the_whole_says(round_tables: duckdb.DuckDBPyConnection, chunk_rows: int) -> None:
    assert rows(round_tables, chunk_rows=chunk_rows) == rows(round_tables)


def test_nothing_of_the_round_stays_with_the_connection(round_tables: duckdb.DuckDBPyConnection) -> None:
    rows(round_tables)
    names = round_tables.execute("select view_name from duckdb_views() where not internal").fetchall()
    assert [name for (name,) in names if name.startswith("_")] == []


def test_a_round_without_answers_or_respondents_has_no_estimates(round_tables: duckdb.DuckDBPyConnection) -> None:
    round_tables.execute("delete from answers")
    assert estimate_round(round_tables, TABLES, ROUND).num_rows == 0
    round_tables.execute("delete from sample")
    empty = estimate_round(round_tables, TABLES, ROUND)
    assert (empty.num_rows, empty.schema) == (0, SCHEMA)


def test_weights_that_can_not_be_are_refused(round_tables: duckdb.DuckDBPyConnection) -> None:
    round_tables.execute("update sample set weight = -1 where response_key = 'p5'")
    with pytest.raises(MtmError) as refused:
        rows(round_tables)
    assert refused.value.code == "bad_weight"


def test_a_lonely_stratum_follows_the_stated_rule(round_tables: duckdb.DuckDBPyConnection) -> None:
    round_tables.execute("update sample set stratum = 'alone', psu = 'alone' where response_key = 'p7'")
    adjusted, removed = (rows(round_tables, lonely_psu=rule)["plan", "go", "all"] for rule in ("adjust", "remove"))
    assert adjusted["standard_error"] > removed["standard_error"] > 0
    with pytest.raises(MtmError) as refused:
        rows(round_tables, lonely_psu="fail")
    assert refused.value.code == "lonely_psu"
