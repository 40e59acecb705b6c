"""The marts of parts, reckoned by hand from `dbt_parts.py`: years, countries, origins, reasons, and what they are parts of."""

from __future__ import annotations

import pytest
from dbt_candidate import Candidate, build
from dbt_parts import parts_reference, parts_round


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    folder = tmp_path_factory.mktemp("parts") / "candidate"
    return build(Candidate(folder, [parts_round()], parts_reference()))


def test_departures_are_told_by_year_beside_the_total(candidate: Candidate) -> None:
    rows = candidate.query("""
        select place_code, departure_year, is_whole_year, individuals, share_of_departures, all_years, category_total,
            difference_from_total
        from marts.mart_departures_by_year where place_code in ('KG', 'R11') order by all""")
    assert rows == [
        ("KG", 2021, False, 5, 5 / 150, 150, 150, 0),  # V1 lacks 10, V2 has 10 too many
        ("KG", 2022, True, 65, 65 / 150, 150, 150, 0),
        ("KG", 2023, True, 80, 80 / 150, 150, 150, 0),
        ("R11", 2021, False, 5, 5 / 90, 90, 100, -10),
        ("R11", 2022, True, 40, 40 / 90, 90, 100, -10),
        ("R11", 2023, True, 45, 45 / 90, 90, 100, -10),
    ]


def test_equal_countries_share_a_rank(candidate: Candidate) -> None:
    rows = candidate.query("""
        select country_iso3, individuals, rank, round(share_of_links, 6), round(share_of_total, 6), all_countries
        from marts.mart_country_links where place_code = 'KG' order by individuals desc, country_iso3""")
    assert rows == [
        ("RUS", 110, 1, round(110 / 144, 6), round(110 / 150, 6), 144),
        ("KAZ", 15, 2, round(15 / 144, 6), 0.1, 144),
        ("TUR", 15, 2, round(15 / 144, 6), 0.1, 144),
        ("UNKNOWN", 6, None, None, 0.04, 144),
        ("OTHER", 4, None, round(4 / 144, 6), round(4 / 150, 6), 144),
    ]


def test_origins_are_a_matrix_with_its_diagonal(candidate: Candidate) -> None:
    rows = candidate.query("""
        select place_code, origin_code, origin_name_en, origin_level, is_within_origin, individuals, value_status,
            round(share_of_origins, 6), round(share_of_total, 6)
        from marts.mart_internal_origins where place_code in ('KG', 'O1', 'R12') order by all""")
    assert rows == [
        ("KG", "O1", "Place O1", 1, None, 20, "reported", round(20 / 90, 6), 0.2),
        ("KG", "O2", "Gazetteer O2", 1, None, 70, "reported", round(70 / 90, 6), 0.7),  # nobody was in O2
        ("O1", "O1", "Place O1", 1, True, 20, "reported", round(20 / 90, 6), 0.2),
        ("O1", "O2", "Gazetteer O2", 1, False, 70, "reported", round(70 / 90, 6), 0.7),
        ("R12", "O1", "Place O1", 1, True, None, "missing", None, None),
        ("R12", "O2", "Gazetteer O2", 1, False, 20, "reported", 1.0, 1.0),
    ]


def test_reasons_are_shares_of_who_told_reasons(candidate: Candidate) -> None:
    rows = candidate.query("""
        select place_code, reason_code, reason_name_en, parts_rule, individuals, round(share_of_total, 6), total_where_told,
            all_reasons, category_total, communities, communities_assessed
        from marts.mart_reasons where place_code in ('KG', 'R12') order by all""")
    assert rows == [
        ("KG", "family", "family", "several", 50, round(50 / 60, 6), 60, 80, 100, 1, 2),
        ("KG", "work", "Work", "several", 30, 0.5, 60, 80, 100, 1, 2),
        ("R12", "family", "family", "several", None, None, None, None, 40, 0, 1),
        ("R12", "work", "Work", "several", None, None, None, None, 40, 0, 1),
    ]


def test_other_parts_have_names_where_they_are_known(candidate: Candidate) -> None:
    rows = candidate.query("""
        select dimension, dimension_name_en, item, item_name_en, individuals, parts_rule
        from marts.mart_population_breakdown where place_code = 'KG' order by all""")
    assert rows == [
        ("setting", "setting", "collective", "Collective sites", 4, None),
        ("setting", "setting", "tents", "tents", 6, None),
        ("year", "Year", "2022", "2022", 10, "whole"),  # displaced in 2022: neither a return nor a departure
    ]


def test_parts_are_checked_against_totals_and_not_forced(candidate: Candidate) -> None:
    rows = candidate.query("""
        select population_category, dimension, individuals, total_where_told, difference_from_total, category_total, communities,
            communities_that_differ, communities_with_more
        from marts.mart_parts_check order by all""")
    assert rows == [
        ("emigrant", "country", 150, 150, 0, 150, 2, 0, 0),
        ("emigrant", "year", 150, 150, 0, 150, 2, 2, 1),  # over and under cancel out
        ("idp", "setting", 10, 10, 0, 10, 1, 0, 0),
        ("idp", "year", 10, 10, 0, 10, 1, 0, 0),
        ("internal", "origin", 90, 100, -10, 100, 2, 1, 0),
        ("returned", "reason", 80, 60, 20, 100, 1, 1, 1),
    ]


def test_a_rayon_of_the_frame_that_nobody_reached_is_visible(candidate: Candidate) -> None:
    rows = candidate.query("""
        select place_code, place_name_en, communities, communities_in_frame, communities_of_frame_assessed,
            coverage_of_frame_percent, informants, assessment_rows, frame_year
        from marts.mart_round_coverage order by place_level, place_code""")
    assert rows == [
        ("KG", "Place KG", 2, 11, 2, 18.1818, 2, 2, 2021),
        ("O1", "Place O1", 2, 8, 2, 25.0, 2, 2, 2021),
        ("O2", "Gazetteer O2", 0, 3, 0, 0.0, 0, 0, 2021),
        ("R11", "Place R11", 1, 4, 1, 25.0, 1, 1, 2021),
        ("R12", "Place R12", 1, 4, 1, 25.0, 1, 1, 2021),
        ("R21", "Gazetteer R21", 0, 3, 0, 0.0, 0, 0, 2021),
    ]
    assert candidate.query("select communities, coverage_of_frame_percent from marts.mart_reasons where place_code = 'KG'") == [
        (1, 18.1818)
    ] * 2  # fmt: skip
