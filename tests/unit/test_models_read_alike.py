"""The SQL of the models, macros and dbt tests is one text for DuckDB, Spark and Sail: what one of them alone reads is refused here.

What really differs is a dispatched macro in `dbt_project/macros/dialect`, and materializations: those are not read. That the
results are equal is for the comparison of the engines, not for this file.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from warehouse.settings import DBT_PROJECT

# What is refused: how it is found outside comments and literals, and what to write instead.
REFUSED = {
    r"\bqualify\b": "row_number() in a subquery and a condition outside",
    r"\b(?:group|order) by all\b": "name the columns",
    r"\bwith recursive\b": "places_above(), or joins step by step: Sail has no recursion",
    r"\*\s*(?:exclude|except|replace|rename)\s*\(": "name the columns",
    r"\bunion (?:all )?by name\b": "the same columns in the same order",
    r"\b(?:left|right|inner|full|join)\b[^;()]*\busing\s*\(": "on a.x = b.x",
    r"\bdistinct on\b": "row_number() in a subquery",
    r"\b(?:varchar|text|hugeint|int[248]|float[48])\b(?!\s*[=<>,.])": "string, bigint, integer, double",
    r"\b(?:list|list_\w+|array_agg|struct_pack|unnest|generate_series|range)\s*\(": "a join or a group",
    r"\b(?:string_agg|listagg|group_concat)\s*\(": "joined() or joined_once()",
    r"\b(?:any_value|first|last|arg_max|arg_min|max_by|min_by)\s*\(": "min(), max() or row_number() in a stated order",
    r"\bregexp_(?:full_match|matches|extract|replace|like)\s*\(": "is_all_of() or pattern_replaced()",
    r"\b(?:rlike|similar to|ilike|glob)\b": "is_all_of(), or lower() and like",
    r"\b(?:strftime|strptime|date_diff|datediff|date_part|date_add)\s*\(": "days_from(), extract(), cast()",
    r"\binterval\b": "a day plus a whole number of days",
    r"\bcount\(\*\)\s*filter\s*\([^()]*\)\s*over\b": "count(case when … then 1 end) over (…)",
    r"\bover\s*\(\s*(?!partition\b|order\b|rows\b|range\b|\))[a-z_]+": "the whole window, or over its name alone",
    r"(?<![/:])//": "floor(a / b)",
    r"(?<![\w.])\d+\.\d+\b": "a double: 1e2, 5e-1; a decimal keeps few digits on Spark",
    r"\bround\([^()]*,": "rounded()",
}
FILES = sorted(
    path.relative_to(DBT_PROJECT)
    for folder in ("models", "macros", "tests")
    for path in (DBT_PROJECT / folder).rglob("*.sql")
    if not {"dialect", "materializations"} & set(path.parts)
)


def refused(sql: str) -> list[str]:
    """What only some engines read, with what to write instead."""
    code = re.sub(r"\{#.*?#\}|--[^\n]*", " ", sql, flags=re.DOTALL)
    bare = re.sub(r"'(?:[^'\n]|'')*'", "''", re.sub(r"\{[{%].*?[%}]\}", " ", code, flags=re.DOTALL))
    found = [f"{m[0]!r}: {instead}" for rule, instead in REFUSED.items() for m in re.finditer(rule, bare.lower())]
    for literal in re.findall(r"'(?:[^'\n]|'')*'", re.sub(r"\{[{%].*?[%}]\}", " ", code, flags=re.DOTALL)):
        if "\\" in literal or "''" in literal[1:-1]:
            found.append(f"{literal}: text_literal(), as engines differ in what escapes")
    return found


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_engine_reads_it(path: Path) -> None:
    assert refused((DBT_PROJECT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from t qualify row_number() over (order by a) = 1",
        "select a, count(*) from t group by all",
        "select t.* exclude (b) from t",
        "select a from t inner join u using (a)",
        "select cast(a as varchar) from t",
        "select list(distinct a) from t",
        "select string_agg(a, ', ' order by a) from t",
        "select 100.0 * a / b from t",
        "select round(a / b, 2) from t",
        "select count(*) filter (where a > 1) over w from t window w as (partition by b)",
        "select sum(a) over (w order by b) from t window w as (partition by c)",
        "with recursive t as (select 1 as a) select * from t",
        "select 'it''s' as a",
        r"select 'a\d' as a",
    ],
)
def test_what_only_one_engine_reads_is_refused(sql: str) -> None:
    assert refused(sql)
    assert not refused("select a::bigint, coalesce(b, '') as b, 'using (a) // 1.5' as c -- group by all\nfrom t")
