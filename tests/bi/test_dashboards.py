"""Every chart of every dashboard answers an anonymous visitor, and says what the marts say."""

from __future__ import annotations

import math

import pytest

from bi.superset.recipe import DASHBOARDS, dashboards
from tests.bi.browser import Seen
from tests.bi.conftest import Running

pytestmark = [pytest.mark.bi, pytest.mark.slow]
LATEST = """(SELECT round_key FROM dim_round WHERE round_key IN (SELECT round_key FROM {}) AND operation = (SELECT min(operation) FROM dim_round
  WHERE round_key IN (SELECT round_key FROM {})) ORDER BY fieldwork_end DESC LIMIT 1)"""
ASSESSED, SURVEYED = (
    LATEST.format("mart_population", "mart_population"),
    LATEST.format("mart_survey_estimates", "mart_survey_estimates"),
)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_chart_answers_and_is_drawn(seen: dict[str, Seen], name: str) -> None:
    board, page = dashboards()[name], seen[name]
    assert not page.failed
    assert not page.errors, page.errors
    assert page.picture.stat().st_size > 50_000
    assert {c.title for c in board.charts.values()} == set(page.answers)
    empty = {title for title, answer in page.answers.items() if not answer.get("rowcount", len(answer["data"] or []))}
    assert empty <= {c.title for c in board.charts.values() if c.may_be_empty}, f"charts without a row: {empty}"


@pytest.mark.parametrize("name", DASHBOARDS)
def test_nothing_is_loaded_from_outside(seen: dict[str, Seen], name: str) -> None:
    assert not seen[name].outside


@pytest.mark.parametrize("name", DASHBOARDS)
def test_what_is_synthetic_says_so(seen: dict[str, Seen], superset: Running, name: str) -> None:
    made_up = superset.rows("SELECT bool_or(is_synthetic) FROM dim_round")[0][0]
    assert ("SYNTHETIC" in seen[name].text) == made_up


def test_the_headline_box_says_what_the_mart_says(seen: dict[str, Seen], superset: Running) -> None:
    marts = dict(superset.rows(f"SELECT headline_code, value FROM mart_headlines WHERE round_key = {ASSESSED}"))
    cards = seen["headlines"].data("Headline box")
    assert len(cards) >= 4
    for card in cards:
        assert card["value"] == marts[card["headline_code"]]
        assert card["value_text"] in seen["headlines"].text  # it is drawn, not only asked for
        assert card["value_text"] == f"{marts[card['headline_code']]:,.0f}"


def test_the_tile_map_shows_every_place_and_withholds_what_is_withheld(
    seen: dict[str, Seen], superset: Running
) -> None:
    tiles = seen["headlines"].data("Tile map, people of the category by oblast or city")
    category = tiles[0]["category_name_en"]
    marts = superset.rows(
        f"""SELECT place_code, individuals FROM mart_population WHERE round_key = {ASSESSED} AND category_name_en = '{category}'
        AND sex = 'all' AND age_group = 'all' AND place_level = 1"""
    )
    assert {t["place_code"]: t["individuals"] for t in tiles if t["shade"] != "missing"} == dict(marts)
    assert all(t["individuals_text"] in ("withheld", "not assessed") for t in tiles if t["individuals"] is None)


def test_years_are_told_by_each_round_and_only_whole_ones_are_lines(seen: dict[str, Seen], superset: Running) -> None:
    lines = seen["headlines"].data("One year as each round told it (whole years only)")
    marts = superset.rows(
        """SELECT reference_year, round_key, individuals FROM mart_vintages WHERE place_level = 0 AND NOT is_partial_year
        AND population_category = (SELECT population_category FROM dim_population_category WHERE category_name_en = 'Returned migrants')"""
    )
    told = {
        (int(row["year"]), key): value
        for row in lines
        for key, value in row.items()
        if key != "year" and value is not None
    }
    assert told == {(year, key): value for year, key, value in marts}


def test_shares_of_countries_are_the_marts_and_stand_in_their_order(seen: dict[str, Seen], superset: Running) -> None:
    bars = seen["countries"].data("Emigrants by country of destination, %")
    marts = superset.rows(
        f"""SELECT country_name_en, 100 * share_of_total FROM mart_country_links WHERE round_key = {ASSESSED} AND place_level = 0
        AND link_type = 'destination' AND rank <= 10 AND NOT is_suppressed"""
    )
    assert len(bars) == len(marts) > 3
    for country, share in marts:
        row = next(bar for bar in bars if bar["country_name_en"] == country)
        assert math.isclose(next(v for k, v in row.items() if k != "country_name_en"), share, abs_tol=0.051)


def test_a_change_that_cannot_be_compared_is_marked(seen: dict[str, Seen], superset: Running) -> None:
    rows = seen["coverage"].data("Change from the round before, taken apart (country)")
    marts = superset.rows(
        f"""SELECT category_name_en, comparability, coverage_effect, total_difference FROM mart_round_change
        WHERE place_level = 0 AND round_key = {ASSESSED}"""
    )
    assert len(rows) == len(marts)
    for category, comparability, coverage, difference in marts:
        row = next(r for r in rows if r["category_name_en"] == category)
        assert (row["comparability_text"] == "NOT COMPARABLE") == (comparability == "not_comparable")
        for text, value in ((row["coverage_text"], coverage), (row["difference_text"], difference)):
            assert value is None or text == (f"+{value:,}" if value > 0 else f"{value:,}").replace("-", "−")


def test_estimates_carry_their_intervals_and_withheld_ones_no_number(seen: dict[str, Seen], superset: Running) -> None:
    lines = seen["survey"].data("All respondents, estimate and 95 % interval")
    marts = superset.rows(
        f"""SELECT option_code, round(estimate, 8), round(ci_low, 8), round(ci_high, 8) FROM mart_survey_estimates
        WHERE round_key = {SURVEYED} AND domain_type = 'national' AND indicator_name_en = '{lines[0]["indicator_name_en"]}'"""
    )
    shown = {
        (r["option_code"], *(None if r[k] is None else round(r[k], 8) for k in ("estimate", "ci_low", "ci_high")))
        for r in lines
    }
    assert shown == set(marts)
    cells = seen["survey"].data("By oblast, estimate with its 95 % interval; withheld cells marked; * use with caution")
    hidden = superset.rows(
        f"""SELECT count(*) FROM mart_survey_estimates WHERE round_key = {SURVEYED} AND domain_type = 'oblast' AND is_suppressed
        AND indicator_name_en = '{lines[0]["indicator_name_en"]}' AND statistic <> 'median'"""
    )
    assert sum("withheld" in row.values() for row in cells) == hidden[0][0]


def test_the_verdicts_are_the_marts(seen: dict[str, Seen], superset: Running) -> None:
    rows = seen["quality"].data("Verdict of every round")
    marts = superset.rows(
        """SELECT round_key, count(*) FILTER (outcome = 'passed') FROM mart_quality WHERE quality_type = 'check' GROUP BY 1"""
    )
    assert {r["round_key"]: r["checks_passed"] for r in rows} == dict(marts)
