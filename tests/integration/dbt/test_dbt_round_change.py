"""Golden numbers of the change between rounds, reckoned by hand from `change_cases.py`."""

from __future__ import annotations

import random
from datetime import date, datetime
from typing import Any

import pytest
from change_cases import CASES, EARLY, LATE, TREE
from change_rounds import Case, Community, Round, Told, together
from dbt_candidate import Candidate, failures, run_dbt

MARTS = ["mart_round_change", "mart_place_ranks", "mart_vintages", "mart_release_vintages"]
RANDOM = 25  # operations with random rounds, beside the handmade ones


def random_case(seed: int) -> Case:
    """Two rounds with random windows, communities, totals and years; a year may be missing, and sums need not hold."""
    chance = random.Random(seed)
    windows = [EARLY, LATE, (date(2021, 7, 1), date(2023, 12, 31)), None]

    def told() -> Told:
        years = {y: chance.choice([None, 0, chance.randint(0, 90)]) for y in range(2020, 2025) if chance.random() < 0.8}
        return chance.choice([None, *[chance.randint(0, 400)] * 6]), years if chance.random() < 0.9 else {}

    def communities() -> list[Community]:
        return [
            Community(f"c{i}", chance.choice(["A1", "B1"]) if chance.random() < 0.1 else ["A1", "B1"][i % 2],
                      {"returned": told(), "internal": told()})
            for i in range(30) if chance.random() < 0.8
        ]  # fmt: skip

    rounds = [Round(n, communities(), TREE, chance.choice(windows), "v") for n in (1, 2)]
    return Case(f"z{seed}", rounds)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """All cases in one build; only what comparisons stand on is built."""
    rounds, reference = together([*CASES, *(random_case(seed) for seed in range(RANDOM))])
    reference["release"] = [{"release_id": "r000001", "published_at": datetime(2025, 1, 1), "is_current": True}]
    candidate = Candidate(tmp_path_factory.mktemp("change") / "candidate", rounds, reference)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTM_BUILD_DB", str(candidate.database))
        outcome = run_dbt(
            "build",
            "--select",
            *(f"+{m}" for m in MARTS),
            "--exclude",
            "test_type:unit",
            "--indirect-selection",
            "cautious",
        )
    assert outcome.success, failures(outcome)
    return candidate


def _rows(built: Candidate, operation: str, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
    return built.query(
        f"select {columns} from marts.mart_round_change where operation = '{operation}' and {where} order by all"
    )


PARTS = "total_difference, like_for_like, coverage_effect, window_effect, unexplained"


def test_a_moved_window_is_no_decline(built: Candidate) -> None:
    # A1: 2022 and 2023 of a1 (20+40, 25+45), a2 (30, 30) and 2023 of a3 (20, 22). Outside: 2020, 2024, of the three:
    # before 40 + 15 + 20, after 20 + 10 + 18. Totals of the three: 190 and 190. Three new of 30, three gone of 20.
    rows = _rows(
        built,
        "win",
        f"previous_individuals, current_individuals, {PARTS}, direction, comparability_codes",
        "place_code = 'A1'",
    )
    assert rows == [(250, 280, 30, 12, 30, -27, 15, "increase", "coverage_changed")]  # three of six are in both
    rows = _rows(
        built,
        "win",
        "years_compared, like_for_like_basis, like_for_like_previous, like_for_like_current",
        "place_code = 'A1'",
    )
    assert rows == [("2022, 2023", "same_years", 110, 122)]
    assert _rows(built, "win", "common_communities, new_communities, gone_communities", "place_code = 'A1'") == [
        (3, 3, 3)
    ]


def test_a_missing_total_is_no_zero(built: Candidate) -> None:
    # Three told nothing at first: for the figures they come anew, though they were assessed.
    rows = _rows(
        built,
        "win",
        "common_communities, new_communities, total_difference, like_for_like, direction",
        "place_code = 'B1'",
    )
    assert rows == [(3, 3, 21, 0, "no_clear_change")]


def test_windows_without_years(built: Candidate) -> None:
    rows = _rows(
        built, "nyr", f"round_key, population_category, {PARTS}, direction, comparability_codes", "place_level = 0"
    )
    assert rows == [
        # Movers of a longer window are more by themselves; hosted people are those of a later day.
        ("nyr-bma-r02", "emigrant", 0, None, 0, None, 0, "cannot_be_told", "window_moved"),
        ("nyr-bma-r02", "internal", -80, -80, 0, 0, 0, "decrease", "window_end_moved"),
        ("nyr-bma-r03", "emigrant", 0, None, 0, None, 0, "cannot_be_told", "window_moved"),
        ("nyr-bma-r03", "internal", -80, None, 0, None, -80, "cannot_be_told", "window_moved"),
    ]
    assert (
        _rows(built, "nyr", "total_difference_percent", "comparability = 'not_comparable' and place_level = 0")
        == [(None,)] * 3
    )


def test_places_are_matched_by_code_and_name(built: Candidate) -> None:
    rows = built.query("select previous_place_code, place_code, matched_by from intermediate.int_place_match "
                       "where round_key = 'cod-bma-r02' and length(place_code) = 2 and place_code not like '_1' or "
                       "round_key = 'cod-bma-r02' and place_code = 'p1' order by all")  # fmt: skip
    assert rows == [
        ("p1", "p2", "name"),
        ("p2", "p1", "name"),
        ("p3", "p3", "code"),
        ("p5", "q5", "name"),
        ("p6", "q6", "spelling"),
    ]
    # Gombi is gone, Dangir new, under one code; the two Twins can't be told apart.
    rows = _rows(
        built, "cod", "common_communities, new_communities, gone_communities, unmatched_communities", "place_level = 0"
    )
    assert rows == [(5, 3, 3, 6)]


def test_a_reform_is_no_change(built: Candidate) -> None:
    columns = "place_code, previous_individuals, current_individuals, like_for_like, comparability_codes"
    assert _rows(built, "ref", columns, "place_level = 1") == [
        ("A", 55, 44, 4, "coverage_changed"),
        ("B", None, 63, None, "boundaries_unknown"),
        ("D", None, 126, None, "boundaries_unknown"),
    ]
    # The country is the country, whatever moved inside.
    assert _rows(built, "ref", f"previous_individuals, {PARTS}", "place_level = 0") == [(233, 0, 23, -23, 0, 0)]


def test_communities_known_on_both_sides_carry_the_old_figures_to_the_new_boundaries(built: Candidate) -> None:
    columns = "place_code, previous_individuals, current_individuals, like_for_like, coverage_effect"
    assert _rows(built, "kep", columns, "place_level = 1") == [
        ("A", 40, 44, 4, 0), ("B", 60, 63, 3, 0), ("D", 110, 126, 16, 0),
    ]  # fmt: skip


def test_a_changed_definition_is_refused_with_its_reason(built: Candidate) -> None:
    columns = "round_key, like_for_like, comparability, comparability_codes, comparability_reason_ky, direction"
    assert _rows(built, "def", columns, "place_level = 0") == [
        ("def-bma-r02", None, "not_comparable", "definition_changed", "Эмне үчүн", "cannot_be_told"),
        ("def-bma-r03", 4, "limited", "definition_limited", "Эмне үчүн", "no_clear_change"),
    ]


def test_one_new_community_is_not_given_away(built: Candidate) -> None:
    columns = "place_code, total_difference, like_for_like, coverage_effect, new_individuals, new_communities, is_withheld_in_part"
    assert _rows(built, "sml", columns, "place_level = 2") == [
        ("A1", 117, None, None, None, 1, True),
        ("A2", 90, None, None, None, 4, True),  # else A less A2 would tell A1
        ("B1", 40, 40, 0, None, 0, False),
        ("B2", 60, 30, 30, 30, 3, False),
    ]
    assert _rows(built, "sml", "place_code, coverage_effect", "place_level < 2") == [("A", 117), ("B", 30), ("C", 147)]


def test_a_coverage_cut_is_no_decline(built: Candidate) -> None:
    columns = f"place_code, {PARTS}, comparability_codes, direction"
    assert _rows(built, "cut", columns, "place_level = 1") == [
        ("A", -82, None, -81, None, -1, "few_common", "cannot_be_told"),
        ("B", None, None, -50, None, 0, "place_in_one_round", "cannot_be_told"),
    ]


def test_codes_of_another_system(built: Candidate) -> None:
    rows = _rows(built, "oth", "common_communities, comparability_codes, direction", "place_level = 0")
    assert rows == [(0, "other_code_system", "cannot_be_told")]


def test_what_the_totals_withhold_stays_withheld(built: Candidate) -> None:
    columns = "place_code, previous_individuals, current_individuals, total_difference, like_for_like, is_suppressed"
    assert _rows(built, "pub", columns, "place_level = 3") == [
        ("c1", 50, 60, 10, 10, False), ("c2", None, None, None, None, True),
        ("c3", None, None, None, None, True),  # beside c1 and the total it would tell c2
    ]  # fmt: skip


def test_every_row_speaks_in_three_languages(built: Candidate) -> None:
    silent = built.query("""
        select * from marts.mart_round_change
        where summary_en is null or summary_ru is null or summary_ky is null or summary_en like '%{%'
            or (comparability <> 'comparable') <> (comparability_reason_ru is not null)""")
    assert silent == []


def test_random_rounds_add_up_and_agree_with_a_count_by_hand(built: Candidate) -> None:
    seen = 0
    for seed in range(RANDOM):
        case = random_case(seed)
        for category in ("returned", "internal"):
            parents = [{c.code: c.parent for c in r.communities} for r in case.rounds]
            got = _rows(
                built,
                case.operation,
                f"{PARTS}, common_communities, is_withheld_in_part",
                f"place_level = 0 and population_category = '{category}'",
            )
            total, like, coverage, window, unexplained, common, withheld = got[0]
            if withheld:  # one or two communities: nothing that tells them may stand
                assert None in (coverage, like) and unexplained is None
                continue
            assert total == (like or 0) + coverage + (window or 0) + unexplained
            early, late = (
                {c.code: c.told[category] for c in r.communities if c.told[category][0] is not None}
                for r in case.rounds
            )
            both = {c for c in early.keys() & late.keys() if parents[0][c] == parents[1][c]}
            assert coverage == sum(late[c][0] for c in late.keys() - both) - sum(
                early[c][0] for c in early.keys() - both
            )  # type: ignore[misc]
            if like is not None and case.rounds[0].window != case.rounds[1].window:
                assert like == _like(case, early, late, both)
                seen += 1
            assert common == len(both)
    assert seen > 10


def _like(case: Case, early: dict[str, Told], late: dict[str, Told], both: set[str]) -> int:
    windows = [r.window for r in case.rounds if r.window]
    whole = [y for y in range(2000, 2030) if all(a <= date(y, 1, 1) and date(y, 12, 31) <= b for a, b in windows)]
    pairs = [(early[c][1].get(y), late[c][1].get(y)) for c in both for y in whole]
    return sum(after - before for before, after in pairs if before is not None and after is not None)


def test_ties_share_a_rank_and_withheld_places_have_none(built: Candidate) -> None:
    rows = built.query("""
        select place_code, individuals, place_rank, is_tied, places_ranked, is_leader, share_of_country, cumulative_share,
            previous_rank, ranks_gained, is_suppressed
        from marts.mart_place_ranks where round_key = 'tie-bma-r02' and place_level = 2 order by place_rank, place_code""")
    assert rows == [
        ("R1", 40, 1, False, 3, True, 0.353982, 0.353982, 2, 1, False),
        ("R0", 30, 2, True, 3, True, 0.265487, 0.884956, 1, -1, False),
        ("R2", 30, 2, True, 3, True, 0.265487, 0.884956, 3, 1, False),
        ("R3", None, None, False, 3, False, None, None, 5, None, True),
        ("R4", None, None, False, 3, False, None, None, 4, None, True),
    ]


def test_what_is_left_beside_the_years_compared_is_not_given_away(built: Candidate) -> None:
    """A1 has one new community: like for like is withheld there, and at A3, the smallest neighbour; A2 has three new ones."""
    shown = [("A", True), ("A1", False), ("A2", True), ("A3", False)]
    where = "place_code in ('A', 'A1', 'A2', 'A3')"
    assert _rows(built, "rst", "place_code, like_for_like is not null", where) == shown
    years = built.query(f"""
        select place_code, like_for_like_individuals is not null from marts.mart_vintages
        where round_key = 'rst-bma-r04' and reference_year = 2022 and {where} order by all""")
    assert years == shown


def test_a_year_as_each_round_told_it(built: Candidate) -> None:
    rows = built.query("""
        select reference_year, round_key, individuals, communities, is_partial_year, difference_from_first, difference_from_previous,
            like_for_like_communities, like_for_like_difference, is_latest_report
        from marts.mart_vintages where operation = 'win' and place_code = 'A1' order by all""")
    assert rows == [
        (2020, "win-bma-r03", 120, 6, False, 0, None, None, None, True),
        (2022, "win-bma-r03", 30, 2, False, 0, None, None, None, False),
        # Two communities told 2022 both times: withheld, and 2023 with it, as mart_round_change has the two years together.
        (2022, "win-bma-r04", 55, 3, False, 25, 25, None, None, True),
        (2023, "win-bma-r03", 80, 3, False, 0, None, None, None, False),
        (2023, "win-bma-r04", 177, 6, False, 97, 97, None, None, True),
        (2024, "win-bma-r03", 15, 3, True, None, None, None, None, False),
        (2024, "win-bma-r04", 48, 3, True, None, None, None, None, True),
    ]
    told_again = built.query("""
        select reference_year, like_for_like_communities, like_for_like_previous, like_for_like_difference
        from marts.mart_vintages where operation = 'win' and place_code = 'B1' and like_for_like_communities > 0 order by all""")
    assert told_again == [(2023, 3, 30, 0)]
