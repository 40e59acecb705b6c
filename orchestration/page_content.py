"""What the pages of the UI hold, by address: a verdict, a report to the field, a release's notes and reports, the manual.

Finding a page and making it belong here; serving it is in `pages.py`. No address leads to anything else, and no page holds a
cell of a delivery: those of persons stay in the vault, whoever asks.
"""

import re
from collections.abc import Callable
from pathlib import Path

from warehouse.errors import MtmError
from warehouse.releases.verdict import DOCS_PAGE
from warehouse.settings import PROJECT, Home

ROUND, RELEASE = r"([a-z0-9]+-[a-z0-9]+-r\d+)", r"(r\d+)"
FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>{title}</title>
<style>body{{font:16px/1.55 "Noto Sans","Segoe UI",Arial,sans-serif;color:#1b1f24;max-width:60rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;display:block;overflow-x:auto}}td,th{{border:1px solid #e3e6ea;padding:.3rem .6rem;text-align:left;vertical-align:top}}
code,pre{{background:#f4f5f7;padding:.1rem .3rem}}pre{{padding:.8rem;overflow-x:auto}}a{{color:#1a6bb5}}</style></head><body>{body}</body></html>"""


def content(home: Home, path: str) -> bytes | None:
    """The page at an address (its path, without a query), or None where there is none."""
    for pattern, make in PAGES.items():
        if found := re.fullmatch(pattern, path):
            try:
                return make(home, *found.groups())
            except (MtmError, OSError):
                return None
    return None


def _verdict(home: Home, round_key: str, normalized_id: str) -> bytes | None:
    return _file(home.gate_docs / round_key / normalized_id / DOCS_PAGE)


def _findings(home: Home, round_key: str, lang: str) -> bytes:
    """The report to the field on the standing delivery, as `mtm findings ROUND --format html` writes it."""
    from warehouse.deliveries.vault import Vault
    from warehouse.normalize.run import normalize
    from warehouse.serving.field_report.page import html
    from warehouse.serving.field_report.report import FieldReport

    return html(FieldReport(normalize(home, Vault(home).current(round_key)), lang)).encode()  # type: ignore[arg-type]


def _report(home: Home, release_id: str, name: str) -> bytes | None:
    return _file(home.releases / release_id / "reports" / name)


def _notes(home: Home, release_id: str) -> bytes | None:
    return _markdown(home.releases / release_id / "NOTES.md", f"Release {release_id}")


def _manual(_: Home, name: str) -> bytes | None:
    return _markdown(PROJECT / "docs" / f"{name}.md", name.replace("-", " ").capitalize())


def _file(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _markdown(path: Path, title: str) -> bytes | None:
    """A page of Markdown as HTML: links between pages of the manual go on here; raw HTML and images don't come through."""
    from markdown_it import MarkdownIt

    if not path.is_file():
        return None
    made = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .disable("image")
        .render(path.read_text(encoding="utf-8"))
    )
    made = re.sub(r'href="([\w-]+)\.md(#[\w-]*)?"', r'href="\1.html\2"', made)
    return FRAME.format(title=title, body=made).encode()


PAGES: dict[str, Callable[..., bytes | None]] = {
    rf"/([a-z0-9-]+)/([0-9a-z]+)/{re.escape(DOCS_PAGE)}": _verdict,
    rf"/findings/{ROUND}\.(en|ru)\.html": _findings,
    rf"/release/{RELEASE}/notes\.html": _notes,
    rf"/release/{RELEASE}/([a-z0-9-]+\.(?:en|ru|ky)\.html)": _report,
    r"/manual/([a-z0-9-]+)\.html": _manual,
}
