"""One page of the site: its address, its template, what the template is given; and how pages are written.

The frame that all pages share (language, links, numbers, policy) belongs here; what a page tells does not.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from warehouse.serving.words import LANGUAGE_NAMES, LANGUAGES, Tongue, tongue
from warehouse.serving.words.templates import templates

HERE = Path(__file__).parent
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='6' "
    "fill='%230b4f86'/%3E%3Cpath d='M6 24V9l10 9 10-9v15' fill='none' stroke='%23fff' stroke-width='3'/%3E%3C/svg%3E"
)


@dataclass(frozen=True)
class Page:
    """`path` from the language's folder (`releases/r000008.html`), so that the switch of languages keeps the page."""

    path: str
    template: str
    title: str
    description: str
    lang: str
    section: str = ""  # of the navigation
    told: dict[str, Any] = field(default_factory=dict)
    words: str = ""  # more words under which the search finds it
    is_listed: bool = True  # in the sitemap and the search

    @property
    def at(self) -> str:
        """Its address from the site's root."""
        return f"{self.lang}/{self.path}"


@dataclass(frozen=True)
class Frame:
    """What every page is given: the site's name, its navigation, what of it is synthetic, where it will stand."""

    name: dict[str, str]
    navigation: Callable[[Tongue], list[tuple[str, str, str]]]  # section, path, words
    synthetic: str  # `all`, `some` or empty
    release_id: str
    base_url: str | None = None
    feed: bool = False


def relative(start: str, target: str) -> str:
    """The way from one address of the site to another; both from its root."""
    if target.startswith(("http://", "https://", "#")):
        return target
    path, hash_, anchor = target.partition("#")
    return posixpath.relpath(path or ".", posixpath.dirname(start) or ".") + hash_ + anchor


def render(page: Page, frame: Frame) -> str:
    """The page as HTML."""
    t = tongue(page.lang)
    told = {
        "page": page, "frame": frame, "lang": page.lang, "site_name": frame.name[page.lang],
        "to": lambda path: relative(page.at, f"{page.lang}/{path}"),
        "root": lambda path: relative(page.at, path),
        "languages": [(code, LANGUAGE_NAMES[code], relative(page.at, f"{code}/{page.path}")) for code in LANGUAGES],
        "navigation": [(key, relative(page.at, f"{page.lang}/{path}"), words) for key, path, words in frame.navigation(t)],
        **page.told,
    }  # fmt: skip
    text: str = _environment(page.lang).get_template(page.template).render(told)
    return text + "\n"


def write(pages: list[Page], frame: Frame, site: Path) -> None:
    """Write pages into the site."""
    for page in pages:
        path = site / page.at
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(page, frame), encoding="utf-8")


@cache
def _environment(lang: str) -> Any:
    t = tongue(lang)
    made = templates(HERE / "templates", lang)
    made.globals |= {"_": t.say, "gettext": t.say, "ngettext": t.count, "t": t}
    made.filters |= {"size": lambda n: size(n, t), "moment": lambda s: moment(s, t), "number": t.number}
    return made


def size(number: int, t: Tongue) -> str:
    """A size in bytes as a person reads it."""
    if number < 1000:
        return t.say("{n} B", n=t.number(number))
    if number < 1_000_000:
        return t.say("{n} kB", n=t.number(number / 1000))
    return t.say("{n} MB", n=t.number(number / 1_000_000, 1))


def moment(text: str, t: Tongue) -> str:
    """A moment of a release (`2026-11-25T22:59:39Z`) as a day and a time in UTC."""
    from datetime import datetime

    at = datetime.fromisoformat(text.removesuffix("Z"))
    return f"{t.day(at)}, {at:%H:%M} UTC"


def in_all_languages(make: Callable[[Tongue], Iterator[Page]]) -> list[Page]:
    """Pages of each language in turn."""
    return [page for lang in LANGUAGES for page in make(tongue(lang))]
