"""Building the site: everything that is in it, in order, into a folder that takes the place of the one before.

The order of the work belongs here; each part is done in a module of its own. Same home and code, same bytes.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from warehouse.serving.site import dbt_docs, dictionary, files, lineage, search, told_rounds
from warehouse.serving.site.addresses import checked, dataset, write_addresses
from warehouse.serving.site.catalogue import Catalogue, catalogue
from warehouse.serving.site.page import HERE, ICON, Frame, Page, in_all_languages, write
from warehouse.serving.site.pages import Material, navigation, pages
from warehouse.serving.site.swap import MADE_BY, MARKER, built_beside, former
from warehouse.serving.words import LANGUAGE_NAMES, LANGUAGES, Tongue, tongue

if TYPE_CHECKING:
    from warehouse.settings import Home


@dataclass(frozen=True)
class Built:
    """The site that was built: `reports` counts rounds and languages, `size` is in bytes."""

    folder: Path
    release_id: str
    releases: int
    pages: int
    reports: int
    files: int
    size: int

    def as_dict(self) -> dict[str, str | int]:
        """Plain data, for JSON."""
        return {**self.__dict__, "folder": str(self.folder)}


def build(
    home: Home, out: Path, *, base_url: str | None = None, operation: str | None = None, every: bool = False
) -> Built:
    """Build the site of a home into `out`. Raises UsageError where nothing is published, or `out` is no site."""
    address = checked(base_url)
    out = out.absolute()
    told = former(out)
    c = catalogue(home, operation)
    manifest = dbt_docs.parsed(home)
    with built_beside(out) as site:
        before = files.Before(out, dict(told.get("made", {})))
        put = files.put(site, c, before, every=every)
        m = Material(c, put, dictionary.tables(c), lineage.graph(manifest), site)
        made = _pages(site, m, address)
        _dbt(site, m, manifest)
        _marker(site, c, put)
        found = [p for p in site.rglob("*") if p.is_file()]
        size = sum(p.stat().st_size for p in found)
    return Built(out, c.served.release_id, len(c.releases), len(made), len(put.reports), len(found), size)


def site_name(c: Catalogue, t: Tongue) -> str:
    """`MTM: Kyrgyz Republic`; of several countries the programme alone."""
    operations = c.facts["operations"]
    if len(operations) == 1:
        return t.say("Mobility data: {country}", country=told_rounds.operation_names(c, t))
    return t.say("Mobility data")


def _pages(site: Path, m: Material, base_url: str | None) -> list[Page]:
    name = {lang: site_name(m.c, tongue(lang)) for lang in LANGUAGES}
    frame = Frame(name, navigation, m.c.synthetic, m.c.served.release_id, base_url, base_url is not None)
    made = [_framed(page, m, base_url) for page in in_all_languages(lambda t: pages(m, t))]
    write(made, frame, site)
    _assets(site)
    (site / "assets" / "search-index.js").write_text(search.index(m, made), encoding="utf-8")
    _entrances(site, name, base_url)
    if base_url:
        write_addresses(site, m.c, made, base_url, name["en"])
    return made


def _framed(page: Page, m: Material, base_url: str | None) -> Page:
    """What every template is given beside its own."""
    t = tongue(page.lang)
    page.told.update({"icon": ICON, "kinds": search.kinds(t), "operations_foot": m.c.facts["operations"]})
    if "dataset" in page.told:
        page.told["dataset"] = dataset(m.c, m.files, t, base_url)
    return page


def _assets(site: Path) -> None:
    (site / "assets").mkdir(exist_ok=True)
    for path in sorted((HERE / "assets").iterdir()):
        shutil.copyfile(path, site / "assets" / path.name)


def _entrances(site: Path, name: dict[str, str], base_url: str | None) -> None:
    """`index.html`, which asks for the language or knows it, and `404.html`, which a server shows at any depth."""
    from jinja2 import Environment, FileSystemLoader

    template = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True).get_template(
        "root.html.j2"
    )
    lost = " · ".join(tongue(lang).say("This page is not here") for lang in LANGUAGES)
    entrances = {
        "index.html": (" · ".join(dict.fromkeys(name.values())), "", True),
        "404.html": (lost, f"{urlsplit(base_url or '').path}/", False),
    }
    for path, (heading, start, is_start) in entrances.items():
        languages = [
            (lang, LANGUAGE_NAMES[lang], tongue(lang).say("Figures, reports and open data.")) for lang in LANGUAGES
        ]
        html = template.render(
            heading=heading, description=name["en"], icon=ICON, start=start, is_start=is_start, languages=languages
        )
        (site / path).write_text(html + "\n", encoding="utf-8")


def _dbt(site: Path, m: Material, manifest: dict[str, object]) -> None:
    (site / "dbt").mkdir()
    page = dbt_docs.page(manifest, {x.mart.name: x.mart for x in m.tables}, {x.mart.name: x.rows for x in m.tables})
    (site / "dbt" / "index.html").write_text(page, encoding="utf-8")


def _marker(site: Path, c: Catalogue, put: files.Files) -> None:
    """What says that the folder is a site, of which release, and from what its made files were made."""
    told = {
        "made_by": MADE_BY,
        "release": c.served.release_id,
        "content_hash": c.served.content_hash,
        "made": dict(sorted(put.made.items())),
    }
    (site / MARKER).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
