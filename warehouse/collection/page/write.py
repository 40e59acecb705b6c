"""Writing the page of a day in every language, and the list of what was found, each file whole or not at all.

Files belong here; what the page says is in `view.py`, how it looks in `page.html.j2` and `page.css`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from warehouse.deliveries.disk import write_whole
from warehouse.serving.words import LANGUAGE_NAMES, LANGUAGES
from warehouse.serving.words.templates import templates

HERE = Path(__file__).parent
MAIN = "en"


def write(
    folder: Path,
    round_key: str,
    *,
    tables: Mapping[str, pl.DataFrame],
    checks: pl.DataFrame,
    progress: pl.DataFrame,
    days: pl.DataFrame,
) -> Path:
    """`latest.html`, after all files of the day: `<day>.html`, `<day>.ru.html`, `<day>.ky.html`, the same as `latest`, `checks.json`.

    `folder` is the round's own (made 0700). `tables`: the canonical tables; `checks`: what `checks.run` gave; `progress` and
    `days`: rows of mart_collection_progress and mart_collection_day (other rounds are left out). Equal tables give equal files.
    """
    from warehouse.collection.page.before import remembered
    from warehouse.collection.page.view import view_of

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    day = checks["as_of"].drop_nulls().max() if not checks.is_empty() else None
    name = str(day) if day is not None else "undated"
    before = remembered(folder, name, checks)
    for lang in LANGUAGES:
        text = _html(view_of(round_key, tables, checks, progress, days, before, lang), lang)
        for stem in (name, "latest"):
            write_whole(folder / page_name(stem, lang), text, private=True)
    return folder / page_name("latest", MAIN)


def page_name(stem: str, lang: str) -> str:
    """`latest.html`, `latest.ru.html`."""
    return f"{stem}.html" if lang == MAIN else f"{stem}.{lang}.html"


def _html(view: Any, lang: str) -> str:
    style = _style()
    page: str = _environment(lang).get_template("page.html.j2").render(
        v=view, lang=lang, style=style, style_hash=_hash(style),
        others=[(other, page_name("latest", other), LANGUAGE_NAMES[other]) for other in LANGUAGES if other != lang],
    )  # fmt: skip
    return re.sub(r"\n\s*\n+", "\n", page)


@cache
def _environment(lang: str) -> Any:
    made = templates(HERE, lang)
    made.filters["whole"] = _whole
    return made


def _whole(text: str) -> Any:
    """A text in which no pseudonym is parted by the end of a line."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"\b(E-[A-Z]{8})\b", r'<span class="name">\1</span>', str(escape(text))))


@cache
def _style() -> str:
    from warehouse.serving.look import css

    whole = css() + (HERE / "page.css").read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/|\n\s*", "", whole, flags=re.DOTALL)


def _hash(style: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
