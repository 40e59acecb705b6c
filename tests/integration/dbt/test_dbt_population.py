"""Golden numbers of the counting marts, reckoned by hand from `dbt_rounds.py`."""

from __future__ import annotations

from dbt_candidate import Candidate

MARTS = (
    "mart_round_coverage", "mart_population", "mart_returns_by_year", "mart_departures_by_year", "mart_country_links",
    "mart_internal_origins", "mart_reasons", "mart_population_breakdown", "mart_parts_check",
)  # fmt: skip


def _cells(candidate: Candidate, where: str) -> list[tuple[object, ...]]:
    return candidate.query(
        f"select place_code, sex, age_group, individuals, value_status from marts.mart_population where {where} order by all"
    )


def test_the_median_informant_stands_for_the_village(first: Candidate) -> None:
    rows = first.query("""
        select place_code, population_category, individuals, informants, individuals_min, individuals_max
        from intermediate.int_community_population where round_key = 'kgz-bma-r01' order by all""")
    assert rows == [
        ("V1", "emigrant", 8, 3, 7, 9),
        ("V1", "returned", 20, 3, 10, 30),
        ("V2", "emigrant", 0, 2, 0, 100),
        ("V2", "returned", 40, 2, 40, 40),
        ("V3", "emigrant", None, None, None, None),
        ("V3", "returned", 60, 1, 60, 60),
    ]


def test_totals_roll_up_through_a_level_that_only_the_gazetteer_knows(first: Candidate) -> None:
    where = "round_key = 'kgz-bma-r01' and sex = 'all' and age_group = 'all' and population_category = "
    assert _cells(first, where + "'returned'") == [
        ("KG", "all", "all", 120, "reported"),
        ("O1", "all", "all", 60, "reported"),
        ("O2", "all", "all", 60, "reported"),
        ("R11", "all", "all", 20, "reported"),
        ("R12", "all", "all", 40, "reported"),
        ("R21", "all", "all", 60, "reported"),
    ]


def test_missing_is_not_zero(first: Candidate) -> None:
    where = "round_key = 'kgz-bma-r01' and sex = 'all' and population_category = 'emigrant' and place_level = 1"
    assert _cells(first, where) == [("O1", "all", "all", 8, "reported"), ("O2", "all", "all", None, "missing")]


def test_sexes_are_summed_from_ages_and_say_so(first: Candidate) -> None:
    where = "round_key = 'kgz-bma-r01' and sex <> 'all' and population_category = 'returned' and place_level = 0"
    assert _cells(first, where) == [
        ("KG", "female", "18-29", 18, "reported"),
        ("KG", "female", "60+", None, "missing"),
        ("KG", "female", "all", 18, "derived"),
        ("KG", "male", "18-29", 42, "reported"),
        ("KG", "male", "60+", 45, "reported"),
        ("KG", "male", "all", 87, "derived"),
    ]


def test_both_sexes_of_an_age_are_added_up_where_a_row_told_both(first: Candidate) -> None:
    where = "round_key = 'kgz-bma-r01' and sex = 'all' and age_group <> 'all' and place_level <= 1"
    assert _cells(first, where) == [
        ("KG", "all", "18-29", 60, "derived"),
        ("KG", "all", "60+", None, "missing"),  # 45 men, and nobody knows how many women
        ("O1", "all", "18-29", 60, "derived"),
        ("O2", "all", "60+", None, "missing"),
    ]


def test_the_spread_of_informants_stays_with_the_total(first: Candidate) -> None:
    rows = first.query("""
        select place_code, population_category, individuals_low, individuals, individuals_high,
            communities_with_several_informants, communities, communities_assessed, residents, residents_status,
            per_1000_residents
        from marts.mart_population
        where sex = 'all' and age_group = 'all' and place_level <= 1 and operation = 'kgz' order by all""")
    assert rows == [
        ("KG", "emigrant", 7, 8, 109, 2, 2, 3, 1000, "known", 8.0),
        ("KG", "returned", 110, 120, 130, 2, 3, 3, 1000, "known", 120.0),
        ("O1", "emigrant", 7, 8, 109, 2, 2, 2, 1000, "known", 8.0),
        ("O1", "returned", 50, 60, 70, 2, 2, 2, 1000, "known", 60.0),
        ("O2", "emigrant", None, None, None, None, 0, 1, 1000, "known", None),
        ("O2", "returned", 60, 60, 60, 0, 1, 1, 1000, "known", 60.0),
    ]
    parts = first.query("""
        select count(*), count(individuals_low), count(residents), count(per_1000_residents), any_value(residents_status)
        from marts.mart_population where (sex <> 'all' or age_group <> 'all') and operation = 'kgz'""")
    assert parts[0][0] > 0 and parts[0][1:] == (0, 0, 0, "not_for_parts")
    sites = first.query("""
        select count(*), count(individuals_low), count(communities_with_several_informants)
        from marts.mart_population where operation = 'xyz'""")
    assert sites[0][0] > 0 and sites[0][1:] == (0, 0)  # sites are different people


def test_sites_are_summed_and_small_cells_withheld(first: Candidate) -> None:
    rows = first.query("""
        select place_code, sex, individuals, households, is_suppressed
        from marts.mart_population where round_key = 'xyz-baseline-r07' and place_level >= 2 order by all""")
    assert rows == [
        ("B", "all", 30, 11, False),
        ("B", "female", None, None, True),  # 2 women in B: whatever C3 has would be told by them
        ("B", "male", None, None, True),
        ("C1", "all", None, None, True),  # B less C1 and C3 would tell C2
        ("C2", "all", None, None, True),
        ("C3", "all", None, None, True),  # the households of C1 and C2 would be told to within 6
        ("C3", "female", None, None, True),
        ("C3", "male", None, None, True),
    ]


def test_a_small_part_withholds_its_neighbours(first: Candidate) -> None:
    rows = first.query("""
        select place_code, reason_code, individuals, share_of_total, total_where_told, category_total, is_suppressed
        from marts.mart_reasons where round_key = 'xyz-baseline-r07' and place_level >= 2 order by all""")
    assert rows == [
        ("B", "conflict", None, None, None, None, True),
        ("B", "flood", None, None, None, None, True),
        ("C3", "conflict", None, None, None, None, True),
        ("C3", "flood", None, None, None, None, True),
    ]


def test_returns_by_year(first: Candidate) -> None:
    rows = first.query("""
        select place_code, return_year, individuals, share_of_returns from marts.mart_returns_by_year
        where place_level <= 1 order by all""")
    assert rows == [
        ("KG", 2022, 30, 0.25),
        ("KG", 2023, 90, 0.75),
        ("O1", 2022, 15, 0.25),
        ("O1", 2023, 45, 0.75),
        ("O2", 2022, 15, 0.25),
        ("O2", 2023, 45, 0.75),
    ]


def test_country_links(first: Candidate) -> None:
    rows = first.query("""
        select place_code, link_type, country_iso3, country_name_en, individuals, share_of_links, rank
        from marts.mart_country_links order by place_code, rank""")
    assert rows == [
        ("KG", "destination", "RUS", "Russian Federation", 6, 0.75, 1),
        ("KG", "destination", "KAZ", "KAZ", 2, 0.25, 2),
        ("O1", "destination", "RUS", "Russian Federation", 6, 0.75, 1),
        ("O1", "destination", "KAZ", "KAZ", 2, 0.25, 2),
    ]


def test_no_mart_with_counts_goes_below_the_published_level(first: Candidate) -> None:
    for mart in MARTS:
        levels = first.query(f"select operation, max(place_level) from marts.{mart} group by all order by all")
        assert all(level <= {"kgz": 2, "xyz": 3}[str(operation)] for operation, level in levels), mart
