"""The index that the search of the site reads: what can be found, its names in three languages, where it stands.

Gathering entries belongs here; how words are compared is in `assets/search.js`. The index is JavaScript, not JSON, so that
a page that was opened from a disk can load it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from warehouse.serving.site import dictionary, told_rounds
from warehouse.serving.words import LANGUAGES, Tongue, tongue

if TYPE_CHECKING:
    from warehouse.serving.site.page import Page
    from warehouse.serving.site.pages import Material

Entry = list[Any]  # kind, address below the language's folder, [names in three languages], more words
OWN_PAGES = ("releases/", "data/")  # told as releases and tables


def kinds(t: Tongue) -> dict[str, str]:
    """What the kinds of things that are found are called."""
    return {
        "page": t.say("page"), "indicator": t.say("indicator"), "answer": t.say("answer"), "table": t.say("table"),
        "column": t.say("column"), "place": t.say("place"), "round": t.say("round"), "release": t.say("release"),
    }  # fmt: skip


def index(m: Material, pages: list[Page]) -> str:
    """The index as a script."""
    entries = [*_pages(pages), *_rounds(m), *_indicators(m), *_tables(m), *_places(m)]
    return "window.MTM_SEARCH=" + json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + ";\n"


def _pages(pages: list[Page]) -> Iterator[Entry]:
    by_path: dict[str, dict[str, Page]] = {}
    for page in pages:
        if page.is_listed and not page.path.startswith("data/"):
            by_path.setdefault(page.path, {})[page.lang] = page
    for path, found in by_path.items():
        kind = "release" if path.startswith("releases/") else "page"
        more = " ".join([*(p.description for p in found.values() if kind == "page"), found["en"].words])
        yield [kind, path, [found[lang].title for lang in LANGUAGES], more]


def _rounds(m: Material) -> Iterator[Entry]:
    for r in m.c.facts["rounds"]:
        names = [told_rounds.round_name(r, tongue(lang)) for lang in LANGUAGES]
        yield ["round", f"quality.html#{r['round_key']}", names, f"{r['round_key']} {str(r['fieldwork_start'] or '')[:4]}"]


def _indicators(m: Material) -> Iterator[Entry]:
    for i in m.c.facts["indicators"]:
        more = " ".join([str(i["indicator_code"]), *(str(i[f"definition_{lang}"] or "") for lang in LANGUAGES)])
        yield ["indicator", f"indicators.html#{i['operation']}-{i['indicator_code']}", _names(i, "indicator_name"), more]
    for o in m.c.facts["options"]:
        yield ["answer", f"indicators.html#{o['operation']}-{o['indicator_code']}", _names(o, "option_name"),
               f"{o['option_code']} {o['indicator_code']} {' '.join(_names(o, 'indicator_name'))}"]  # fmt: skip


def _tables(m: Material) -> Iterator[Entry]:
    for table in m.tables:
        mart, address = table.mart, f"data/{table.mart.name}.html"
        titles = [dictionary.mart_title(mart.name, tongue(lang)) for lang in LANGUAGES]
        yield ["table", address, titles, f"{mart.name} {mart.name.replace('_', ' ')} {mart.grain}"]
        for c in mart.columns:
            names = [dictionary.column_title(c.name, tongue(lang)) or c.name for lang in LANGUAGES]
            yield ["column", f"{address}#{c.name}", names, f"{c.name} {c.name.replace('_', ' ')} {mart.name}"]


def _places(m: Material) -> Iterator[Entry]:
    for p in m.c.facts["places"]:
        yield ["place", f"places.html#{p['geography_vintage']}-{p['place_code']}", _names(p, "place_name"),
               f"{p['place_code']} {p['soate'] or ''} {p['geography_vintage']}"]  # fmt: skip


def _names(row: dict[str, Any], stem: str) -> list[str]:
    return [tongue(lang).named(row, stem) for lang in LANGUAGES]
