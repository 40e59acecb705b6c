"""Golden numbers of coverage, dimensions, figures, headlines and quality."""

from __future__ import annotations

from dbt_candidate import Candidate


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
        "share.working_age_men.returned": 40, "share.place.returned.O1": 50, "share.place.emigrant.O1": 100,
        "rank.returned.1": 60,
    }  # fmt: skip
    assert {code: found[code] for code in expected} == {c: round(v, 10) for c, v in expected.items()}


def test_headlines_break_ties_by_code(first: Candidate) -> None:
    rows = first.query(
        "select headline_code, value_text from marts.mart_headlines where headline_code like 'rank%' order by all"
    )
    assert rows == [("rank.returned.1", "Gazetteer O1"), ("rank.returned.2", "Gazetteer O2")]


def test_published_figures_agree_or_say_by_how_much_they_do_not(first: Candidate) -> None:
    rows = first.query("""
        select figure_code, published_value, computed_value, difference, agrees
        from marts.mart_published_figures order by all""")
    assert rows == [
        ("change.returned.2023", 200, 200, 0, True),
        ("internal", 17, None, None, False),
        ("returned", 120, 120, 0, True),
        ("share.country.destination.RUS", 74, 75, 1, False),
        ("share.intention.stay", 60, 60, 0, True),
    ]


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
