"""The round report: one self-contained page of a round in English, Russian or Kyrgyz, and its PDF.

Making the page from the marts of one release belongs here. What it looks like is in `../look`, its charts in `../charts`, the
words of the languages in `../words`; how figures come about is the marts' own matter: nothing is reckoned here.

How it is made: `facts.py` asks the marts once, `sections/` turns the answers into blocks (`blocks.py`) in a language, `page.py`
writes them as HTML, `pdf.py` prints that by Chromium. A section is a module of `sections/` (its docstring says how to add one).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.serving.source import ReleaseSource

FOLDER = "reports"


def report_html(source: ReleaseSource, round_key: str, lang: str, *, for_print: bool = False) -> str:
    """The report of a round of this release in a language, as one HTML page; `for_print` opens what is folded.

    Raises UsageError (exit 2): the release has no such round.
    """
    from warehouse.serving.report.facts import facts_of
    from warehouse.serving.report.page import html

    with source.opened() as asker:
        return html(facts_of(source, asker, round_key), lang, for_print=for_print)


def write_reports(source: ReleaseSource, folder: Path) -> list[Path]:
    """The reports of the rounds that a release brought: `folder/reports/<round_key>.<lang>.html` in every language.

    Equal releases give equal files; the marts are asked once a round.
    """
    from warehouse.serving.report.facts import facts_of
    from warehouse.serving.report.page import html
    from warehouse.serving.words import LANGUAGES

    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    written = []
    with source.opened() as asker:
        for round_key in sorted(source.brought):
            facts = facts_of(source, asker, round_key)
            for lang in LANGUAGES:
                path = target / f"{round_key}.{lang}.html"
                path.write_text(html(facts, lang), encoding="utf-8")
                written.append(path)
    return written
