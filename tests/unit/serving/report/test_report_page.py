"""The page of a small round: safe, whole without what the round lacks, marked up for everybody."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from bs4 import BeautifulSoup

from tests.figures import Marts, check
from tests.unit.serving.report.small_release import BASE, HARM, ROUND, small_release, three
from warehouse.errors import UsageError
from warehouse.serving.report import report_html
from warehouse.serving.report.facts import facts_of
from warehouse.serving.report.sections import sections
from warehouse.serving.words import LANGUAGES


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("small")
    source = small_release(folder)
    made = {lang: report_html(source, ROUND, lang) for lang in LANGUAGES}
    assert all(check(page, Marts(folder / "mtm.duckdb"), lang) > 10 for lang, page in made.items())
    return made


def test_names_of_a_delivery_are_text_and_nothing_else(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert "<script" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;{x}" in page
        assert HARM in BeautifulSoup(page, "html.parser").get_text()


def test_the_page_allows_its_own_style_alone(pages: dict[str, str]) -> None:
    for page in pages.values():
        style = page[page.index("<style>") + len("<style>") : page.index("</style>")]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in page and "default-src 'none'" in page
        assert not re.search(r'\sstyle="', page)  # the policy would drop it


def test_what_the_round_lacks_is_said_once_and_has_no_heading(pages: dict[str, str]) -> None:
    page = pages["en"]
    for said in (
        "Years of return: not asked in this round",
        "Countries of return: not asked in this round",
        "there is no round before",
    ):
        assert page.count(said) == 1
    assert "When they moved" not in page and 'id="profile"' not in page
    assert "Nationalities" not in page and "Years of departure" not in page  # of people whom the round does not count


def test_what_was_asked_and_is_withheld_is_not_said_to_be_not_asked(tmp_path: Path) -> None:
    row = {"round_key": ROUND, "place_code": "T", "place_level": 0, "population_category": "returned",
           "value_status": "reported", "is_suppressed": True}  # fmt: skip
    told = {
        "mart_reasons": [{**row, "reason_code": "work", "parts_rule": "all"}],
        "mart_internal_origins": [{**row, "origin_code": "T1"}],
        "mart_population": [*BASE["mart_population"], {**row, "sex": "female", "age_group": "all"}],
    }
    page = report_html(small_release(tmp_path, told), ROUND, "en")
    for table in ("Reasons", "Places of origin", "Sex and age"):
        assert f"{table}: nobody told them, or they are withheld" in page and f"{table}: not asked" not in page


def test_parts_that_are_years_follow_each_other(tmp_path: Path) -> None:
    parts = [
        {"round_key": ROUND, "place_code": "T", "place_level": 0, "population_category": "returned", "dimension": kind, "item": item,
         **three("item_name", f"of {item}"), **three("dimension_name", kind), "individuals": n, "value_status": "reported",
         "is_suppressed": False}
        for kind, item, n in (("year", "2021", 10), ("year", "2022", 20), ("kind", "a", 1), ("kind", "other", 9), ("kind", "b", 3))
    ]  # fmt: skip
    page = report_html(small_release(tmp_path, {"mart_population_breakdown": parts}), ROUND, "en")
    heads = [
        th.get_text() for th in BeautifulSoup(page, "html.parser").select("tbody th") if th.get_text().startswith("of ")
    ]
    assert heads == ["of b", "of a", "of other", "of 2021", "of 2022"]


def test_a_level_of_one_place_gives_way_to_the_next(tmp_path: Path) -> None:
    """A round that was made in one region only: its districts are told, not the region alone."""
    below = [
        {
            "round_key": ROUND,
            "place_code": f"T1{i}",
            "place_level": 2,
            **three("place_name", f"District {i}"),
            "communities": i,
        }
        for i in (1, 2)
    ]
    source = small_release(tmp_path, {"mart_round_coverage": [*BASE["mart_round_coverage"][:2], *below]})
    with source.opened() as asker:
        assert facts_of(source, asker, ROUND).levels == [2]
    assert "District 2" in report_html(source, ROUND, "en")


def test_what_is_withheld_is_marked_and_no_lead_is_told_beside_it(pages: dict[str, str]) -> None:
    page = pages["en"]
    assert 'data-state="withheld">withheld</span>' in page and "it is not zero" in page
    assert "the most in" not in page.lower() and "alone</span>" not in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_marked_up_for_everybody(pages: dict[str, str], lang: str) -> None:
    soup = BeautifulSoup(pages[lang], "html.parser")
    assert soup.html and soup.html["lang"] == lang and len(soup.find_all("h1")) == 1
    levels = [int(h.name[1]) for h in soup.find_all(re.compile("^h[1-6]$"))]
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert all(a["href"][1:] in ids for a in soup.find_all("a"))
    for table in soup.find_all("table"):
        assert table.caption and table.caption.get_text(strip=True)
        assert all(th.get("scope") for th in table.find_all("th"))
        assert {len(tr.find_all(["th", "td"])) for tr in table.tbody.find_all("tr")} == {
            len(table.thead.find_all("tr")[-1].find_all("th"))
        }
    assert all(svg.get("role") == "img" and svg.get("aria-label") for svg in soup.find_all("svg"))


def test_a_synthetic_round_is_marked_everywhere(tmp_path: Path) -> None:
    made = small_release(tmp_path, {"dim_round": [{**BASE["dim_round"][0], "is_synthetic": True}]})
    page = report_html(made, ROUND, "ru")
    assert page.count("SYNTHETIC") >= 4  # title, banner, running head, how to cite


def test_a_round_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no round toy-bma-r02.*toy-bma-r01") as refused:
        report_html(small_release(tmp_path), "toy-bma-r02", "en")
    assert refused.value.code == "unknown_round"


def test_a_release_of_before_that_lacks_marts_has_a_report_without_them(tmp_path: Path) -> None:
    source = small_release(tmp_path)
    with duckdb.connect(str(tmp_path / "mtm.duckdb")) as con:
        for mart in (
            "dim_population_category",
            "mart_reasons",
            "mart_place_ranks",
            "dim_indicator",
            "mart_round_change",
        ):
            con.execute(f"DROP TABLE marts.{mart}")
    page = report_html(source, ROUND, "en")
    assert check(page, Marts(tmp_path / "mtm.duckdb"), "en") > 5 and 'id="places"' not in page


def test_sections_are_found_in_order() -> None:
    orders = [section.ORDER for section in sections()]
    assert orders == sorted(orders) and len(orders) >= 15
    assert all(section.__doc__ and callable(section.build) for section in sections())
