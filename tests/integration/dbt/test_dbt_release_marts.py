"""Golden numbers of coverage, dimensions, figures, headlines and quality."""

from __future__ import annotations

from pathlib import Path

from dbt_candidate import Candidate, build
from dbt_reference import reference
from dbt_rounds import bma_round_1, bma_round_2


def test_coverage_of_each_component(first: Candidate) -> None:
    rows = first.query("""
        select round_key, communities, informants, informants_per_community, respondents, planned_communities,
            coverage_percent, is_synthetic
        from marts.mart_round_coverage where place_level = 0 order by all""")
    assert rows == [
        ("kgz-bma-r01", 3, 6, 2.0, None, 4, 75.0, True),
        ("kgz-rms-r01", 4, None, None, 40, None, None, True),
        ("xyz-baseline-r07", 3, None, None, None, None, None, False),
    ]


def test_places_carry_the_names_of_their_round_and_vintage(first: Candidate) -> None:
    rows = first.query("""
        select operation, geography_vintage, place_code, place_name_en, in_gazetteer, population
        from marts.dim_place where place_code in ('O1', 'V1', 'C1') order by all""")
    assert rows == [
        ("kgz", "2021", "O1", "Gazetteer O1", True, 1000),
        ("kgz", "2021", "V1", "Gazetteer V1", True, 1000),
        ("xyz", "observed", "C1", "Place C1", False, None),
    ]
    assert first.query("select distinct place_name_ky from marts.mart_population where place_code = 'O1'") == [
        ("Жер O1",)
    ]


def test_figures(first: Candidate) -> None:
    found = dict(
        first.query("select figure_code, value_number from intermediate.int_figures where round_key = 'kgz-bma-r01'")
    )
    expected = {
        "communities": 3, "informants": 6, "returned": 120, "emigrant": 8, "change.returned.2023": 200,
        "country.destination.RUS": 6, "share.country.destination.RUS": 75, "share.sex.returned.male": 100 * 87 / 105,
        "share.place.returned.O1": 50, "share.place.emigrant.O1": 100, "rank.returned.1": 60, "rounds.in_progress": 1,
    }  # fmt: skip
    assert {code: found[code] for code in expected} == {c: round(v, 8) for c, v in expected.items()}
    # The ages 30 to 59 were not told of anybody: nobody knows how many men are of working age.
    assert "share.working_age_men.returned" not in found


def test_key_informants_are_no_respondents(first: Candidate) -> None:
    rows = first.query("""
        select round_key, figure_code, value_number from intermediate.int_figures
        where figure_code in ('informants', 'respondents', 'communities') order by all""")
    assert rows == [
        ("kgz-bma-r01", "communities", 3),
        ("kgz-bma-r01", "informants", 6),
        ("kgz-rms-r01", "respondents", 40),
        ("xyz-baseline-r07", "communities", 3),
    ]


def test_equal_places_share_a_headline(first: Candidate) -> None:
    rows = first.query("""
        select headline_code, value, value_text_en, value_text_ru, tied, published_text, agrees, is_press_release
        from marts.mart_headlines where headline_code like 'rank.returned%' order by all""")
    names = ("Gazetteer O1, Gazetteer O2", "Место O1, Место O2")
    assert rows == [("rank.returned.1", 60, *names, 2, "Место O2", True, True)]


def test_a_headline_of_a_survey_has_its_interval(first: Candidate) -> None:
    ((value, low, high, n, name),) = first.query("""
        select value, ci_low, ci_high, n, headline_name_ky from marts.mart_headlines
        where headline_code = 'share.intention.stay'""")
    ((estimate, ci_low, ci_high),) = first.query("""
        select estimate, ci_low, ci_high from marts.mart_survey_estimates
        where indicator_code = 'intention' and option_code = 'stay' and domain_type = 'national'""")
    assert (value, n, name) == (60, 40, "Калууну ойлогондор")
    assert (low, high) == (round(100 * ci_low, 8), round(100 * ci_high, 8)) and low < 100 * estimate < high


def test_every_headline_says_what_it_is_and_where_it_comes_from(first: Candidate) -> None:
    bare = first.query("""
        select round_key, headline_code from marts.mart_headlines
        where delivery_ids is distinct from 'd-' || round_key or sources = '' or definition_en = ''
            or headline_name_en like '%{%' or headline_name_ru like '%{%' or headline_name_ky like '%{%'""")
    assert bare == []


def test_published_figures_agree_or_say_by_how_much_they_do_not(first: Candidate) -> None:
    rows = first.query("""
        select figure_code, published_value, computed_value, difference, published_text, computed_text, agrees
        from marts.mart_published_figures order by all""")
    assert rows == [
        ("change.returned.2023", 200, 200, 0, None, None, True),
        ("internal", 17, None, None, None, None, False),
        ("rank.returned.1", None, None, None, "Место O2", "Gazetteer O1, Gazetteer O2", True),
        ("returned", 120, 120, 0, None, None, True),
        ("rounds.in_progress", 1, 1, 0, None, None, True),
        ("share.country.destination.RUS", 74, 75, 1, None, None, False),
        ("share.intention.stay", 60, 60, 0, None, None, True),
        ("trend.returned", None, None, None, "decrease", "increase", False),
    ]


def test_a_figure_of_another_window_is_no_decline(tmp_path: Path) -> None:
    """Round 2 begins its window in 2022, round 1 in 2020: the numbers stand, and the second says that they don't compare."""
    both = build(
        Candidate(tmp_path / "both", [bma_round_1(), bma_round_2(True)], reference("kgz-bma-r01", "kgz-bma-r02"))
    )
    rows = both.query("""
        select round_key, value, previous_round_key, comparability, comparability_reason_en from marts.mart_headlines
        where headline_code = 'returned' order by all""")
    assert rows[0] == ("kgz-bma-r01", 120, None, None, None)
    assert rows[1][:4] == ("kgz-bma-r02", 80, "kgz-bma-r01", "not_comparable")
    assert "2022-01-01" in rows[1][4] and "2020-01-01" in rows[1][4] and "no rise or decline" in rows[1][4]


def test_quality_holds_findings_rejected_rows_and_the_conservation_law(first: Candidate) -> None:
    rows = first.query("""
        select quality_type, code, severity, findings, rows, people, delivered, is_conserved
        from marts.mart_quality order by all""")
    assert rows == [
        ("conservation", "returned.individuals", "block", 1, None, 209, 209, False),
        ("conservation", "rows", "note", 1, 7, None, 7, True),
        ("finding", "unknown_place", "review", 2, 4, 18, None, None),
        ("rejected", "unknown_place", "review", 1, 1, 9, None, None),
    ]
