"""Figures that are made of figures in other marts: which ones, and whether they give the same again.

Counting rows belongs to the other modules; a figure named here is traced further by tracing what it is made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb

from warehouse.trace.figure import Figure
from warehouse.trace.headline import Served, headline
from warehouse.trace.key import Row

WHOLE = {"sex": "all", "age_group": "all"}
CROSSWALK = """
select m.round_key, m.place_code, m.population_category, m.sex, m.age_group, m.{unit} as value, l.share
from mart_place_crosswalk as l
inner join dim_round as r on r.round_key = $round and l.operation = r.operation and l.from_vintage = r.geography_vintage
inner join mart_population as m
    on m.round_key = r.round_key and m.place_code = l.from_code and m.population_category = $category
    and m.sex = 'all' and m.age_group = 'all'
inner join dim_place as t on t.operation = l.operation and t.geography_vintage = l.to_vintage and t.place_code = l.to_code
where l.to_vintage = $vintage and l.to_code = $place and m.place_level = t.place_level order by m.place_code
"""


def derived(con: duckdb.DuckDBPyConnection, mart: str, row: Row) -> Iterator[Figure]:
    """The figures of a row of a derived mart; none where the mart is not derived."""
    makers = {
        "mart_headlines": _headline, "mart_published_figures": _published, "mart_round_change": _round_change,
        "mart_survey_change": _survey_change, "mart_place_ranks": _rank, "mart_vintages": _vintage,
        "mart_population_by_vintage": _by_vintage, "mart_survey_weight_effect": _weight_effect,
    }  # fmt: skip
    if mart in makers:
        yield from makers[mart](Served(con), row)


def _headline(at: Served, row: Row) -> Iterator[Figure]:
    how, found, made_of = headline(at, row["round_key"], row["headline_code"])
    yield Figure("value", row["value"], how, _rounded(found, 8), made_of=made_of)


def _published(at: Served, row: Row) -> Iterator[Figure]:
    how, found, made_of = headline(at, row["round_key"], row["figure_code"])
    value = _rounded(_rounded(found, 8), row["decimals"] or 0) if row["published_value"] is not None else None
    yield Figure("computed_value", row["computed_value"], how, value, made_of=made_of)
    if row["computed_value"] is not None and row["published_value"] is not None:
        difference = round(row["computed_value"] - row["published_value"], 6)
        yield Figure("difference", row["difference"], "computed less published (published.yml)", difference)


def _round_change(at: Served, row: Row) -> Iterator[Figure]:
    key = {"place_code": row["place_code"], "population_category": row["population_category"], **WHOLE}
    now = at.value("mart_population", "individuals", round_key=row["round_key"], **key)
    yield Figure(
        "current_individuals", row["current_individuals"], "the total of this round", now.value, made_of=now.made_of
    )
    before = at.value("mart_population", "individuals", round_key=row["previous_round_key"], **key)
    how = "the total of the round before, of the same place"
    known = before.value if before.made_of else row["previous_individuals"]
    yield Figure("previous_individuals", row["previous_individuals"], how, known, made_of=before.made_of)
    if row["total_difference"] is not None:
        told = row["current_individuals"] - row["previous_individuals"]
        yield Figure("total_difference", row["total_difference"], "current less previous", told)
    told = [row[c] for c in ("like_for_like", "coverage_effect", "window_effect", "unexplained") if row[c] is not None]
    if told and row["total_difference"] is not None:
        how = "like for like, coverage, window and what is not explained add up to the difference"
        yield Figure("total_difference", row["total_difference"], how, sum(told))


def _survey_change(at: Served, row: Row) -> Iterator[Figure]:
    key = {c: row[c] for c in ("indicator_code", "option_code", "domain_type", "domain")}
    now = at.value("mart_survey_estimates", "estimate", round_key=row["round_key"], **key)
    before = at.value("mart_survey_estimates", "estimate", round_key=row["previous_round_key"], **key)
    if not row["is_suppressed"]:
        yield Figure("estimate", row["estimate"], "this round's estimate", now.value, made_of=now.made_of)
        how = "the estimate of the round before"
        yield Figure("previous_estimate", row["previous_estimate"], how, before.value, made_of=before.made_of)
    if row["difference"] is not None:
        factor = 100 if row["statistic"] == "share" else 1
        told = round(factor * (now.value - before.value), 8)
        yield Figure("difference", row["difference"], f"{'100 times ' if factor > 1 else ''}later less earlier", told)
    if row["ratio"] is not None:
        told = round(now.value / before.value, 8)
        made_of = [dict(part) for part in (*now.made_of, *before.made_of)]
        yield Figure("ratio", row["ratio"], "later divided by earlier", told, made_of=made_of)


def _rank(at: Served, row: Row) -> Iterator[Figure]:
    key = {"round_key": row["round_key"], "population_category": row["population_category"]}
    now = at.value("mart_population", "individuals", place_code=row["place_code"], **key, **WHOLE)
    yield Figure("individuals", row["individuals"], "the total of the place", now.value, made_of=now.made_of)
    beside = at.rows("mart_population", place_level=row["place_level"], **key, **WHOLE)
    larger = [r for r in beside if r["individuals"] is not None and r["individuals"] > (row["individuals"] or 0)]
    rank = len(larger) + 1 if row["individuals"] is not None else None
    yield Figure("place_rank", row["place_rank"], "one more than the places of the level with a larger total", rank)


def _vintage(at: Served, row: Row) -> Iterator[Figure]:
    key = {"round_key": row["round_key"], "place_code": row["place_code"]}
    category, year = row["population_category"], row["reference_year"]
    if category == "returned":
        found = at.value("mart_returns_by_year", "individuals", return_year=year, **key)
    elif category == "emigrant":
        found = at.value("mart_departures_by_year", "individuals", departure_year=year, **key)
    else:
        found = at.value("mart_population_breakdown", "individuals", population_category=category, dimension="year",
                         item=str(year), **key)  # fmt: skip
    # What a release withholds beside a small change is withheld here only.
    known = None if row["is_suppressed"] else found.value
    yield Figure("individuals", row["individuals"], "the year as the round reported it", known, made_of=found.made_of)


def _by_vintage(at: Served, row: Row) -> Iterator[Figure]:
    key = {"round_key": row["round_key"], "population_category": row["population_category"]}
    for unit in ("individuals", "households"):
        if row["is_own_vintage"]:
            own = at.value("mart_population", unit, place_code=row["place_code"], **key, **WHOLE)
            yield Figure(unit, row[unit], "the total on the round's own boundaries", own.value, made_of=own.made_of)
            continue
        found = at.ask(CROSSWALK.format(unit=unit), {
            "round": row["round_key"], "category": row["population_category"], "vintage": row["geography_vintage"],
            "place": row["place_code"],
        })  # fmt: skip
        made_of = [at.named("mart_population", unit, r) | {"share": r["share"]} for r in found]
        told = [r["value"] * r["share"] for r in found if r["value"] is not None and r["share"] is not None]
        value = _half_up(sum(told)) if told and row[unit] is not None else None
        yield Figure(unit, row[unit], "totals of the older places times the crosswalk's shares", value, made_of=made_of)


def _weight_effect(at: Served, row: Row) -> Iterator[Figure]:
    key = {c: row[c] for c in ("round_key", "indicator_code", "option_code")}
    found = at.value("mart_survey_estimates", "n", domain_type="national", domain="all", **key)
    yield Figure("n", row["n"], "respondents of the national estimate", found.value, made_of=found.made_of)
    if row["weight_scheme"] == "none, indicative" and row["unweighted_estimate"] is not None:
        plain = at.value("mart_survey_estimates", "estimate", domain_type="national", domain="all", **key)
        how = "the national estimate, which uses no weights"
        yield Figure("unweighted_estimate", row["unweighted_estimate"], how, plain.value, made_of=plain.made_of)


def _half_up(value: float) -> int:
    return int(value + 0.5)


def _rounded(value: Any, digits: int) -> Any:
    return None if value is None else round(value, digits)
