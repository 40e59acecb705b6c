"""What the site is made of: pages that parse, links that lead somewhere, nothing that loads or tells of a machine."""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from tests.unit.serving.site.conftest import BASE_URL
from tests.unit.serving.site.small import KEPT
from warehouse.serving.site.catalogue import Catalogue
from warehouse.settings import PROJECT, Home

LANGUAGES = ("en", "ru", "ky")


@pytest.fixture(scope="module")
def soups(site: Path) -> dict[str, BeautifulSoup]:
    paths = [
        site / "index.html",
        site / "404.html",
        *(p for lang in LANGUAGES for p in sorted((site / lang).rglob("*.html"))),
    ]
    return {p.relative_to(site).as_posix(): BeautifulSoup(p.read_text(encoding="utf-8"), "html.parser") for p in paths}


def test_every_link_inside_leads_to_a_file_and_every_anchor_to_a_place(
    site: Path, soups: dict[str, BeautifulSoup]
) -> None:
    ids = {path: {str(tag["id"]) for tag in soup.find_all(id=True)} for path, soup in soups.items()}
    checked = 0
    for path, soup in soups.items():
        for tag in soup.find_all(["a", "link", "img", "script", "source", "form"]):
            target = str(tag.get("href") or tag.get("src") or tag.get("srcset") or tag.get("action") or "")
            if (
                not target or target.startswith(("data:", BASE_URL)) or path == "404.html"
            ):  # that one is shown at any depth
                continue
            assert not re.match(r"[a-z]+:|/", target), f"{path} leads away: {target}"
            name, _, anchor = target.partition("#")
            file = (site / path).parent.joinpath(unquote(name)).resolve() if name else site / path
            assert file.is_file() or (tag.name == "a" and file.is_dir()), f"{path}: {target} is not there"
            inside = file.relative_to(site.resolve()).as_posix() if name else path
            if anchor and inside in ids:
                assert anchor in ids[inside], f"{path}: no {anchor} in {inside}"
            checked += 1
    assert checked > 1000


def test_pages_are_whole_html_with_one_heading_landmarks_and_languages(soups: dict[str, BeautifulSoup]) -> None:
    for path, soup in soups.items():
        lang = path.split("/")[0] if "/" in path else "en"
        assert soup.html and soup.html["lang"] == lang, path
        assert len(soup.find_all("h1")) == 1 and soup.main and soup.title and soup.title.get_text(strip=True), path
        levels = [int(h.name[1]) for h in soup.find_all(re.compile(r"^h[1-6]$"))]
        assert all(b - a <= 1 for a, b in pairwise(levels)), f"{path} skips a level: {levels}"
        found = [str(tag["id"]) for tag in soup.find_all(id=True)]
        assert len(found) == len(set(found)), f"{path} names two things alike"
        assert (
            all(table.caption for table in soup.find_all("table") if not table.find_parent("div", class_="notes"))
            or "changes" in path
            or "releases/" in path
        )
        assert (soup.find("meta", attrs={"name": "description"}) or {}).get("content"), path


def test_pages_need_nothing_that_a_strict_policy_forbids(soups: dict[str, BeautifulSoup]) -> None:
    for path, soup in soups.items():
        policy = str((soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"}) or {})["content"])
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        for tag in soup.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on") or name == "style"], f"{path}: {tag.name}"
        scripts = [s for s in soup.find_all("script") if s.get("type") != "application/ld+json"]
        assert all(s.get("src") for s in scripts) and not soup.find_all("style"), path


def test_no_file_tells_of_this_machine_or_of_the_home(site: Path, made_home: Home) -> None:
    told = {
        str(made_home.root),
        str(PROJECT),
        str(Path.home()),
        str(PROJECT.parent),
        platform.node(),
        "somebody",
        "/home/",
        "MTM_HOME",
    }
    told |= {f"/{getpass.getuser()}/", str(os.environ.get("TMPDIR") or "/tmp/")}
    for path in (p for p in site.rglob("*") if p.suffix in {".html", ".js", ".json", ".xml", ".svg", ".css", ".txt"}):
        text = path.read_text(encoding="utf-8")
        page = text if path.parent.name != "dbt" else text[text.index('"metadata"') :]  # dbt's own script comes before
        assert not [word for word in told if len(word) > 3 and word in page], path


def test_figures_are_those_of_the_release_and_missing_is_a_dash(soups: dict[str, BeautifulSoup]) -> None:
    for lang, name in (("en", "Displaced people"), ("ru", "Перемещённые лица"), ("ky", "Которулган адамдар")):
        boxes = {
            d.dt.get_text(strip=True): d.dd.strong.get_text(strip=True)
            for d in soups[f"{lang}/index.html"].select("dl.box > div")
        }
        assert boxes[name] == "130" and "–" in boxes.values() and "0" not in boxes.values()


def test_texts_of_a_release_are_not_taken_for_html(soups: dict[str, BeautifulSoup]) -> None:
    assert "no place <b>" in soups["en/quality.html"].get_text()


def test_the_dictionary_has_every_mart_of_the_release_with_every_column_and_its_lineage(
    soups: dict[str, BeautifulSoup],
) -> None:
    from warehouse.indicators.marts import marts

    for lang in LANGUAGES:
        assert {p.split("/")[-1][:-5] for p in soups if p.startswith(f"{lang}/data/")} == KEPT
        for mart in (m for m in marts().values() if m.name in KEPT):
            page = soups[f"{lang}/data/{mart.name}.html"]
            assert {c.name for c in mart.columns} <= {str(tr["id"]) for tr in page.select("table.columns tr[id]")}
    drawn = soups["en/data/mart_population.html"].select("svg.lineage g > title")
    assert [t.get_text() for t in drawn] == ["mart_population", "stg_a", "canonical.a"]


def test_the_search_index_finds_places_indicators_columns_and_releases_in_three_languages(site: Path) -> None:
    text = (site / "assets" / "search-index.js").read_text(encoding="utf-8")
    entries = json.loads(text.removeprefix("window.MTM_SEARCH=").removesuffix(";\n"))
    assert ["place", "places.html#v1-A", ["Osh", "Ёлкино", "Өзгөн"], "A  v1"] in entries
    assert {"page", "indicator", "table", "column", "place", "round", "release"} <= {e[0] for e in entries}
    for _, path, names, _ in entries:
        assert len(names) == 3 and all((site / lang / path.partition("#")[0]).is_file() for lang in LANGUAGES), path


def test_feed_sitemap_and_the_data_set_are_there_where_an_address_is_given(
    site: Path, soups: dict[str, BeautifulSoup]
) -> None:
    feed = ET.fromstring((site / "feed.xml").read_bytes())
    assert [e.findtext("{*}id", "")[-12:] for e in feed.findall("{*}entry")] == [
        "r000003.html",
        "r000002.html",
        "r000001.html",
    ]
    listed = [
        e.text or ""
        for e in ET.fromstring((site / "sitemap.xml").read_bytes()).iter(
            "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
        )
    ]
    assert len(listed) > 50 and all((site / url.removeprefix(f"{BASE_URL}/")).is_file() for url in listed)
    script = soups["en/downloads.html"].find("script", type="application/ld+json")
    dataset = json.loads(script.get_text()) if script else {}
    assert dataset["@type"] == "Dataset" and all(d["contentUrl"].startswith(BASE_URL) for d in dataset["distribution"])
    canonical = soups["ru/quality.html"].find("link", rel="canonical")
    assert canonical and canonical["href"] == f"{BASE_URL}/ru/quality.html"


@pytest.mark.parametrize(("made", "told"), [([], ""), ([False, False], ""), ([True, False], "some"), ([True], "all")])
def test_synthetic_is_said_of_the_rounds_that_the_site_tells_of(
    site: Path, made_home: Home, made: list[bool], told: str
) -> None:
    """The release may hold synthetic rounds of another operation: the site of this one does not call its figures so."""
    c = Catalogue(made_home, [], "toy")
    c.__dict__["facts"] = {"rounds": [{"is_synthetic": one} for one in made]}
    assert c.synthetic == told
    assert "SYNTHETIC" not in (site / "en/index.html").read_text(encoding="utf-8")
