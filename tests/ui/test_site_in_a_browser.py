"""The site in Chromium, wide and narrow, in three languages: nothing fails, nothing leaves, nothing overflows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.ui.looking import opened
from warehouse.serving.site.serve import server

LANGUAGES = ("en", "ru", "ky")
PAGES = ("index", "reports", "downloads", "data", "data/mart_population", "data/mart_survey_estimates", "indicators", "places", "releases",
         "changes", "quality", "method", "search")  # fmt: skip


@pytest.fixture(scope="module", params=(1280, 375), ids=lambda w: f"{w}px")
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": request.param, "height": 900})
    yield made
    made.close()


def width(context: BrowserContext) -> int:
    page = context.new_page()
    size = page.viewport_size
    page.close()
    return size["width"] if size else 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_are_clean_fit_and_have_no_barriers(
    context: BrowserContext, ui_site: Path, pictures: Path, lang: str
) -> None:
    last = sorted((ui_site / lang / "releases").glob("*.html"))[-1].stem
    for name in (*PAGES, f"releases/{last}"):
        picture = pictures / f"site-{lang}-{name.replace('/', '-')}-{width(context)}.png"
        seen = opened(context, ui_site / lang / f"{name}.html", picture)
        assert (seen.console, seen.failed, seen.outside) == ([], [], []), name
        assert seen.overflow <= 0, f"{name} is {seen.overflow} pixels too wide"
        assert seen.barriers() == [], name
        print(picture)
        seen.page.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reports_are_clean_fit_and_have_no_barriers(
    context: BrowserContext, ui_site: Path, pictures: Path, lang: str
) -> None:
    reports = sorted((ui_site / "reports").glob(f"*/*.{lang}.html"))
    if not reports:
        pytest.skip("this installation makes no reports")
    newest = {path.parent.name.rsplit("-", 1)[0]: path for path in reports}  # of each component
    for path in newest.values():
        picture = pictures / f"report-{path.stem}-{width(context)}.png"
        seen = opened(context, path, picture)
        assert (seen.console, seen.failed, seen.outside) == ([], [], []), path.name
        assert seen.overflow <= 0, f"{path.name} is {seen.overflow} pixels too wide"
        assert seen.barriers() == [], path.name
        print(picture)
        seen.page.close()


# What is typed, in which language, and what must be among the first eight that are found.
FOUND = [
    ("en", "returned mig", "Returned migrants"),
    ("en", "batk", "Batken"),
    ("en", "kgz-bma-r04", "Baseline Mobility Assessment, round 4"),
    ("en", "r000003", "Release r000003"),
    ("en", "design_effect", None),
    ("ru", "ЭМИГРАНТЫ", "Эмигранты"),
    ("ru", "джалал", None),
    ("ky", "Өзгөн", None),
    ("ky", "озгон", None),
    ("en", "Ысык-Көл", "Issyk-Kul"),
]


@pytest.mark.parametrize(("lang", "typed", "expected"), FOUND)
def test_the_search_finds_known_things_from_a_disk(
    browser: Browser, ui_site: Path, lang: str, typed: str, expected: str | None
) -> None:
    page = browser.new_page()
    page.goto((ui_site / lang / "quality.html").as_uri())
    page.fill("#q", typed)
    page.wait_for_selector("#found li[id]")
    names = page.locator("#found li[id] a").all_inner_texts()
    assert expected is None or expected in names, names
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#q", "aria-activedescendant") == "found-0"
    page.keyboard.press("Enter")
    page.wait_for_load_state("load")
    path = page.url.split("#")[0].split("/site/")[1]
    assert (ui_site / path).is_file() and path.startswith(f"{lang}/")
    page.close()


def test_yo_is_ye_nothing_is_told_and_the_page_of_results_has_all(browser: Browser, ui_site: Path) -> None:
    page = browser.new_page()
    page.goto((ui_site / "ru" / "search.html").as_uri())
    counts = []
    for typed in ("отчётный", "отчетный"):
        page.fill("#q", typed)
        page.wait_for_selector("#found li[id]")
        counts.append(page.locator("#found-count").inner_text())
    assert counts[0] == counts[1]
    page.fill("#q", "xyzzy")
    page.wait_for_selector('#found li[aria-disabled="true"]')
    page.goto((ui_site / "en" / "search.html").as_uri() + "?q=place")
    page.wait_for_selector("#results li")
    assert page.locator("#results li").count() > 8
    page.close()


def test_the_switch_of_languages_keeps_the_page_and_the_entrance_knows_the_language(
    browser: Browser, ui_site: Path
) -> None:
    context = browser.new_context(locale="ky-KG")
    page = context.new_page()
    page.goto((ui_site / "index.html").as_uri())
    page.wait_for_url("**/ky/index.html")
    page.goto((ui_site / "en" / "data" / "dim_place.html").as_uri())
    page.click('nav.languages a[hreflang="ru"]')
    page.wait_for_url("**/ru/data/dim_place.html")
    assert page.get_attribute("html", "lang") == "ru"
    page.goto((ui_site / "index.html").as_uri())
    page.wait_for_url("**/ru/index.html")  # the choice is kept
    context.close()


def test_without_scripts_the_site_is_readable_and_hides_its_search(browser: Browser, ui_site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((ui_site / "en" / "index.html").as_uri())
    assert page.locator("h1").is_visible() and not page.locator("form.search").is_visible()
    page.goto((ui_site / "index.html").as_uri())
    assert page.locator("a.button").count() == 3
    context.close()


def test_the_site_works_from_a_server_and_a_lost_page_is_told(browser: Browser, ui_site: Path) -> None:
    with server(ui_site, 0) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{running.server_port}"
        context = browser.new_context()
        seen = opened(context, f"{base}/en/index.html")
        assert (seen.console, seen.failed, seen.outside) == ([], [], [])
        seen.page.fill("#q", "emigrants")
        seen.page.wait_for_selector("#found li[id]")
        lost = opened(context, f"{base}/ru/no/such.html")
        assert lost.page.locator("a.button").count() == 3 and lost.failed == [] and lost.outside == []
        assert (
            lost.page.evaluate("getComputedStyle(document.querySelector('.button')).backgroundColor")
            != "rgba(0, 0, 0, 0)"
        )
        running.shutdown()


def test_dbt_docs_and_data_docs_ask_for_nothing_outside(browser: Browser, ui_site: Path, pictures: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    seen = opened(context, (ui_site / "dbt" / "index.html").as_uri() + "#!/model/model.mtm.mart_population")
    seen.page.wait_for_selector("text=One row per round × place × population category", timeout=20_000)
    seen.page.screenshot(path=str(pictures / "dbt-docs.png"))
    assert seen.outside == [] and not [line for line in seen.console if "TypeError" in line]
    for path in sorted(ui_site.glob("gate/*/index.html"))[-1:]:
        docs = opened(context, path, pictures / "data-docs.png")
        assert (docs.failed, docs.outside) == ([], [])
    context.close()
