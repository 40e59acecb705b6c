"""What programs read of the site: the feed of releases, the sitemap, the description of the data set (schema.org).

Describing belongs here; feed and sitemap need to know where the site will stand (`base_url`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import UsageError

if TYPE_CHECKING:
    from warehouse.serving.site.catalogue import Catalogue
    from warehouse.serving.site.files import Files
    from warehouse.serving.site.page import Page
    from warehouse.serving.words import Tongue

FORMATS = {".zip": "application/zip", ".duckdb": "application/vnd.duckdb", ".parquet": "application/vnd.apache.parquet"}


def checked(base_url: str | None) -> str | None:
    """The address without a slash at its end. Raises UsageError (exit 2) where it is none."""
    from urllib.parse import urlsplit

    if base_url is None:
        return None
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or parts.username:
        raise UsageError("the address of the site can't be used", where="--base-url", expected="such as https://data.example.org/mtm",
                         todo="give the address under which the folder will be reached, without a password", code="bad_base_url")  # fmt: skip
    return base_url.rstrip("/")


def dataset(c: Catalogue, files: Files, t: Tongue, base_url: str | None = None) -> dict[str, Any]:
    """The served release as a schema.org Dataset; addresses of files only where the site's own is known."""
    operations, rounds = c.facts["operations"], c.facts["rounds"]
    days = sorted(str(d) for r in rounds for d in (r["window_start"], r["window_end"]) if d)
    found: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Dataset",
        "name": "; ".join(str(o["programme"]) for o in operations),
        "description": t.say("Figures of migration and mobility by round, place, sex, age, country and year, with their definitions and quality."),
        "inLanguage": ["en", "ru", "ky"], "version": c.served.release_id, "datePublished": c.served.published_at[:10],
        "identifier": c.served.content_hash, "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "International Organization for Migration (IOM)"},
        "creditText": "; ".join(dict.fromkeys(str(o["credit_line"]) for o in operations)),
        "license": "; ".join(dict.fromkeys(str(o["licence"]) for o in operations)),
        "spatialCoverage": [{"@type": "Country", "name": t.named(o, "operation_name"), "identifier": o["country_iso3"]} for o in operations],
        "variableMeasured": sorted({t.named(i, "indicator_name") for i in c.facts["indicators"]}),
    }  # fmt: skip
    if days:
        found["temporalCoverage"] = f"{days[0]}/{days[-1]}"
    if c.synthetic:
        found["creativeWorkStatus"] = "SYNTHETIC"
    if base_url:
        found["url"] = f"{base_url}/{t.lang}/downloads.html"
        found["distribution"] = [
            {"@type": "DataDownload", "name": d.name, "contentUrl": f"{base_url}/{d.url}", "contentSize": f"{d.size} B", "sha256": d.sha256,
             "encodingFormat": FORMATS.get(Path(d.name).suffix, "application/octet-stream")}
            for d in files.downloads.get(c.served.release_id, [])
        ]  # fmt: skip
    return found


def write_addresses(site: Path, c: Catalogue, pages: list[Page], base_url: str, title: str) -> None:
    """`feed.xml`, `sitemap.xml` and `robots.txt`."""
    from jinja2 import Environment, FileSystemLoader

    made = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True)
    told: dict[str, dict[str, Any]] = {
        "feed.xml": {"releases": c.releases, "title": title},
        "sitemap.xml": {"pages": [p for p in pages if p.is_listed]},
    }
    for name, given in told.items():
        (site / name).write_text(made.get_template(f"{name}.j2").render(base_url=base_url, **given) + "\n", encoding="utf-8")
    (site / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {base_url}/sitemap.xml\n", encoding="utf-8")
