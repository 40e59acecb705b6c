"""Headline figures by their codes (`returned`, `share.intention.stay`, `rank.returned.1`): what they are made of in the marts.

The codes are those of dbt's int_figures; they are said here once more, so that a trace is a check.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from warehouse.trace.key import Row, grain_of, rows_of

Made = tuple[str, Any, list[Row]]
WHOLE = {"sex": "all", "age_group": "all"}
NATIONAL = {"domain_type": "national", "domain": "all"}
COVERAGE = {"communities": "communities", "informants": "informants", "respondents": "respondents"}


@dataclass(frozen=True)
class Value:
    """One figure of another mart; nothing made of where there is no such row."""

    value: Any
    made_of: list[Row]


class Served:
    """The marts of a release, asked by key; values are bound."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        """`con`: the serving database."""
        self.con = con

    def ask(self, sql: str, values: Row | None = None) -> list[Row]:
        """Rows of a query."""
        return rows_of(self.con, sql, values or {})

    def rows(self, mart: str, **key: Any) -> list[Row]:
        """The rows of a mart with these values, in a fixed order."""
        where = " and ".join(f'"{column}" = ${column}' for column in key)
        return rows_of(self.con, f'select * from "{mart}" where {where} order by all', key)

    def value(self, mart: str, column: str, **key: Any) -> Value:
        """The figure of the one row with this key."""
        found = self.rows(mart, **key)
        return Value(found[0][column], [self.named(mart, column, found[0])]) if len(found) == 1 else Value(None, [])

    def named(self, mart: str, column: str, row: Row) -> Row:
        """A figure as something is made of it."""
        return {"mart": mart, "key": grain_of(mart, row), "column": column, "value": row.get(column, row.get("value"))}


def headline(at: Served, round_key: str, code: str) -> Made:
    """How a headline is made, its value worked out again, and the figures that it is made of."""
    root = next((r["place_code"] for r in at.rows("mart_round_coverage", round_key=round_key, place_level=0)), "")
    head, _, rest = code.partition(".")
    if code in COVERAGE:
        found = at.value("mart_round_coverage", COVERAGE[code], round_key=round_key, place_code=root)
        return "the country's coverage", found.value, found.made_of
    if not rest:
        found = at.value(
            "mart_population", "individuals", round_key=round_key, place_code=root, population_category=code, **WHOLE
        )
        return "the country's total", found.value, found.made_of
    makers = {
        "country": _country, "share": _share, "change": _change, "trend": _change, "rank": _rank, "places": _places,
        "ratio_to_previous": _ratio, "rounds": _rounds,
    }  # fmt: skip
    return makers[head](at, round_key, root, rest) if head in makers else ("not worked out here", None, [])


def _country(at: Served, key: str, root: str, rest: str) -> Made:
    link, _, iso3 = rest.rpartition(".")
    found = at.value(
        "mart_country_links", "individuals", round_key=key, place_code=root, link_type=link, country_iso3=iso3
    )
    return "people of this country", found.value, found.made_of


def _share(at: Served, key: str, root: str, rest: str) -> Made:
    kind, _, what = rest.partition(".")
    if kind == "country":
        link, _, iso3 = what.rpartition(".")
        found = at.value(
            "mart_country_links", "share_of_links", round_key=key, place_code=root, link_type=link, country_iso3=iso3
        )
        return "100 times the share of the countries that were told", _times(100, found.value), found.made_of
    if kind == "top5":
        return _top5(at, key, root, what)
    if kind in ("sex", "working_age_men"):
        return _people(at, key, root, kind, what)
    if kind == "place":
        return _place(at, key, root, what)
    indicator, _, option = rest.rpartition(".")
    found = at.value(
        "mart_survey_estimates", "estimate", round_key=key, indicator_code=indicator, option_code=option, **NATIONAL
    )
    return "100 times the share of those who answered", _times(100, found.value), found.made_of


def _top5(at: Served, key: str, root: str, link: str) -> Made:
    rows = [
        r
        for r in at.rows("mart_country_links", round_key=key, place_code=root, link_type=link)
        if r["individuals"] is not None
    ]
    known = {r["country_iso3"] for r in at.ask("select country_iso3 from dim_country")}
    first = sorted(
        (r for r in rows if r["country_iso3"] in known), key=lambda r: (-r["individuals"], r["country_iso3"])
    )[:5]
    value = sum(r["share_of_links"] for r in first)
    return (
        "100 times the five largest shares",
        100 * value,
        [at.named("mart_country_links", "share_of_links", r) for r in first],
    )


def _people(at: Served, key: str, root: str, kind: str, what: str) -> Made:
    category, _, sex = what.partition(".")
    rows = at.rows("mart_population", round_key=key, place_code=root, population_category=category)
    sexes = [r for r in rows if r["sex"] in ("male", "female") and (r["age_group"] == "all") == (kind == "sex")]
    mine = (
        [r for r in sexes if r["sex"] == sex]
        if kind == "sex"
        else [r for r in sexes if r["sex"] == "male" and _working(r["age_group"])]
    )
    whole = sum(r["individuals"] for r in sexes)
    used = [at.named("mart_population", "individuals", r) for r in sexes]
    what_of = "both sexes" if kind == "sex" else "all sexes and ages: men of 18 to 59"
    return f"100 times the part of {what_of}", 100.0 * sum(r["individuals"] for r in mine) / whole, used


def _working(age: str) -> bool:
    low, _, high = age.replace("+", "-999").partition("-")
    return low.isdigit() and high.isdigit() and int(low) >= 18 and int(high) <= 59


def _place(at: Served, key: str, root: str, what: str) -> Made:
    category, _, code = what.partition(".")
    here = {"round_key": key, "population_category": category, **WHOLE}
    places = at.rows("mart_population", place_level=1, **here)
    codes = {code} if any(r["place_code"] == code for r in places) else _group(code)
    mine = [r for r in places if r["place_code"] in codes]
    country = at.value("mart_population", "individuals", place_code=root, **here)
    used = [*(at.named("mart_population", "individuals", r) for r in mine), *country.made_of]
    return (
        "100 times the part of the country's total",
        100.0 * sum(r["individuals"] for r in mine) / country.value,
        used,
    )


def _group(name: str) -> set[str]:
    import csv

    from warehouse.settings import DBT_PROJECT

    with (DBT_PROJECT / "seeds" / "place_groups.csv").open(encoding="utf-8", newline="") as file:
        return {row["place_code"] for row in csv.DictReader(file) if row["place_group"] == name}


def _change(at: Served, key: str, root: str, rest: str) -> Made:
    year = rest.rpartition(".")[2]
    rows = [
        r
        for r in at.rows("mart_returns_by_year", round_key=key, place_code=root)
        if r["is_whole_year"] and r["individuals"] is not None
    ]
    years = sorted(rows, key=lambda r: r["return_year"])
    pair = (
        [r for r in years if str(r["return_year"]) in (year, str(int(year) - 1))]
        if year.isdigit()
        else [years[0], years[-1]]
    )
    value = 100.0 * (pair[-1]["individuals"] - pair[0]["individuals"]) / pair[0]["individuals"]
    return (
        "the later year less the earlier, in per cent of it",
        value,
        [at.named("mart_returns_by_year", "individuals", r) for r in pair],
    )


def _rank(at: Served, key: str, root: str, rest: str) -> Made:
    ranked, _, position = rest.rpartition(".")
    if ranked.startswith("country."):
        link = ranked.removeprefix("country.")
        rows = at.rows("mart_country_links", round_key=key, place_code=root, link_type=link)
        known = {r["country_iso3"] for r in at.ask("select country_iso3 from dim_country")}
        told = [r for r in rows if r["country_iso3"] in known and (r["individuals"] or 0) > 0]
        mart = "mart_country_links"
    else:
        told = [
            r
            for r in at.rows("mart_place_ranks", round_key=key, population_category=ranked, place_level=1)
            if r["individuals"]
        ]
        mart = "mart_place_ranks"
    mine = [r for r in told if 1 + sum(o["individuals"] > r["individuals"] for o in told) == int(position)]
    used = [at.named(mart, "individuals", r) for r in mine]
    return f"the people of number {position} by size", mine[0]["individuals"] if mine else None, used


def _places(at: Served, key: str, root: str, rest: str) -> Made:
    rows = at.ask(
        """select c.round_key, c.place_code, c.communities from mart_round_coverage as c
        inner join dim_round as r on c.round_key = r.round_key
        inner join dim_place as p on r.operation = p.operation and r.geography_vintage = p.geography_vintage
            and c.place_code = p.place_code
        where c.round_key = $key and replace(p.place_type, ' ', '_') = $kind and c.place_level > 0
            and (c.communities > 0 or c.is_suppressed) order by 2""",
        {"key": key, "kind": rest},
    )
    return (
        "places of this kind that were reached",
        len(rows),
        [at.named("mart_round_coverage", "communities", r) for r in rows],
    )


def _ratio(at: Served, key: str, root: str, rest: str) -> Made:
    indicator, _, option = rest.rpartition(".")
    found = at.value(
        "mart_survey_change", "ratio", round_key=key, indicator_code=indicator, option_code=option, **NATIONAL
    )
    return "this round's share divided by that of the round before", found.value, found.made_of


def _rounds(at: Served, key: str, root: str, rest: str) -> Made:
    """Rounds of the component's register up to the day of the claim, or else to the end of the round's own fieldwork."""
    from warehouse.operations import find_round

    operation, known = find_round(key)
    told = [f for f in operation.published if f.round_key == key and f.figure_code == f"rounds.{rest}"]
    day = next((operation.publications.row(f)["as_of"] for f in told), None)
    day = day or known.fieldwork_end or date.max
    rounds = [r for r in operation.rounds if r.component == known.component]
    done = [r for r in rounds if r.fieldwork_end and r.fieldwork_end <= day]
    running = [
        r
        for r in rounds
        if r.fieldwork_start and r.fieldwork_start <= day and (not r.fieldwork_end or r.fieldwork_end > day)
    ]
    return f"rounds of the register (rounds.yml) on {day}", len(done if rest == "carried_out" else running), []


def _times(factor: int, value: Any) -> Any:
    return None if value is None else factor * value
