"""The report as one HTML page in a language: self-contained, without script, under a strict content security policy.

Only the writing of the page belongs here; what it says is in `sections/`, what it looks like in `report.css` and `../look`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.serving.report.blocks import Paragraph, Part, Points
from warehouse.serving.report.cells import cell, phrase, withheld
from warehouse.serving.report.sections import parts
from warehouse.serving.report.titles import component_name, title
from warehouse.serving.words import LANGUAGES, tongue
from warehouse.serving.words.templates import templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.serving.report.facts import Facts
    from warehouse.serving.words import Tongue

HERE = Path(__file__).parent
TEMPLATE = "page.html.j2"


def html(facts: Facts, lang: str, *, for_print: bool = False) -> str:
    """The page; `for_print` opens every folded table. Equal marts give equal pages."""
    t = tongue(lang)
    found = parts(facts, t)
    first = next((part for part in found if part.code == "headlines"), Part("headlines", "", ()))
    shown = [part for part in found if part.code != "headlines" and part.blocks]
    absent = [sentence for part in found for sentence in part.absent]
    shown = [_with_absent(part, absent, t) if part.code == "method" else part for part in shown]
    style = _style() + _running(facts, t)
    page = _environment(lang).get_template(TEMPLATE).render(
        lang=lang, first=first, parts=shown, opened=" open" if for_print else "", withheld=withheld(t),
        source=lambda marts: source_line(facts, marts, t), style=style, style_hash=_hash(style),
        title=title(facts, t), operation=t.named(facts.operation, "operation_name"),
        programme=t.named(facts.operation, "programme"), synthetic=facts.is_synthetic, about=_about(facts, t),
        summary=_summary(facts, t), credit=t.named(facts.operation, "credit_line"), licence=t.named(facts.operation, "licence"),
        release=t.say("Release {release}", release=facts.source.release_id),
    )  # fmt: skip
    return re.sub(r"\n\s*\n+", "\n", page)


def source_line(facts: Facts, marts: Sequence[str], t: Tongue) -> str:
    """Where the numbers of a table or picture are from."""
    return t.say(
        "Source: {programme}, {round}, release {release}: {marts}.",
        programme=t.named(facts.operation, "programme"), round=facts.round_key, release=facts.source.release_id,
        marts=", ".join(marts),
    )  # fmt: skip


def _with_absent(part: Part, absent: Sequence[Any], t: Tongue) -> Part:
    if not absent:
        return part
    told = [Paragraph(t.say("This report does not have, because the round does not:")), Points(absent)]
    return Part(part.code, part.title, [*part.blocks, *told])


def _about(facts: Facts, t: Tongue) -> list[tuple[str, Any]]:
    row = facts.round
    days = [
        ("fieldwork_start", "fieldwork_end", t.say("Fieldwork")),
        ("window_start", "window_end", t.say("Reference window")),
    ]
    about: list[tuple[str, Any]] = [
        (name, cell("dim_round", row, first, t, "day").saying(t.days(row[first], row[last])))
        for first, last, name in days if row[first] or row[last]
    ]  # fmt: skip
    release = t.say("{release}, {day}", release=facts.source.release_id, day=_published(facts, t))
    return [*about, (t.say("Release"), release)]


def _published(facts: Facts, t: Tongue) -> str:
    from datetime import date

    return t.day(date.fromisoformat(facts.source.published_at[:10]))


def _summary(facts: Facts, t: Tongue) -> str:
    return t.say(
        "{component}, {operation}: headline figures, maps, tables, method and limits.",
        component=component_name(facts, t), operation=t.named(facts.operation, "operation_name"),
    )  # fmt: skip


def ready() -> None:
    """What the first page of a process costs once, done before: messages of all languages, templates, the style."""
    for lang in LANGUAGES:
        _environment(lang).get_template(TEMPLATE)
        tongue(lang).number(1000)
    _style()


@cache
def _environment(lang: str) -> Any:
    made = templates(HERE, lang)
    made.filters["kind"] = lambda block: type(block).__name__
    return made


@cache
def _style() -> str:
    from warehouse.serving.look import css

    whole = css() + (HERE / "report.css").read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/|\n\s*", "", whole, flags=re.DOTALL)


def _running(facts: Facts, t: Tongue) -> str:
    """What stands above and below each printed page."""
    above = title(facts, t) + (" · SYNTHETIC" if facts.is_synthetic else "")
    below = f"{t.named(facts.operation, 'programme')} · {facts.source.release_id}"
    return (
        "@media print{@page{"
        f"@top-left{{content:{_quoted(t.named(facts.operation, 'operation_name'))}}}@top-right{{content:{_quoted(above)}}}"
        f"@bottom-left{{content:{_quoted(below)}}}@bottom-right{{content:counter(page) ' / ' counter(pages)}}"
        "}}"
    )


def _quoted(text: str) -> str:
    """A text as a CSS string: what could end it, or the style element, is written as its number."""
    return '"' + "".join(c if c.isalnum() or c in " .,:·()-–" else f"\\{ord(c):x} " for c in text) + '"'


def _hash(style: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


__all__ = ["html", "phrase", "source_line"]
