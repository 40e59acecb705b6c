"""The alerts of one round: its delivery was refused, a partial one has new findings, its run failed, it is published after all.

Making them from verdict and findings belongs here. A person's value is in none of these: where a finding stands is told by
sheet, row and column, and names of sheets and columns that look like a person's are hidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from warehouse.alerts.model import Alert, Said
from warehouse.alerts.words import word
from warehouse.operations import find_round
from warehouse.personal.shapes import shown, told, unnamed

if TYPE_CHECKING:
    from warehouse.releases.verdict import CheckResult, Verdict
    from warehouse.settings import Home

MOST = 5  # findings that a message tells; of the others it tells the number
_NUMBERED = re.compile(r"column (\d+)(?=: |$)")
LANGUAGES: tuple[Literal["en", "ru", "ky"], ...] = ("en", "ru", "ky")


@dataclass(frozen=True)
class Links:
    """Where to click: the run in the Dagster UI, the page of the verdict. Empty where there is none."""

    run: str = ""
    page: str = ""


@dataclass(frozen=True)
class Item:
    """One thing that is wrong: its name for good, and its text in a language."""

    name: str
    text: Callable[[str], str]


def refused(home: Home, verdict: Verdict, links: Links) -> Alert:
    """The gate refused the standing delivery."""
    items = _items(home, verdict, {"block"})

    def said(language: str) -> Said:
        failed = [word("gate_failed", language, error=unnamed(verdict.error))] if verdict.error else []
        return Said(titled("refused", verdict.round_key, language), [*failed, *_texts(items, language), word("refused_served", language)])  # fmt: skip

    return _alert("refused", verdict, links, said, key=f"refused:{verdict.round_key}:{verdict.normalized_id}")


def provisional(home: Home, verdict: Verdict, links: Links, new: Callable[[list[str]], list[str]]) -> tuple[Alert | None, list[str]]:  # fmt: skip
    """Findings of a partial delivery that were not told yet, and the names of all that there are. `new` picks the new ones."""
    items = _items(home, verdict, {"block", "review"})
    names = [item.name for item in items]
    fresh = new(names)
    if not fresh:
        return None, names
    told_now = [item for item in items if item.name in fresh]

    def said(language: str) -> Said:
        title = titled("provisional_findings", verdict.round_key, language, number=len(told_now))
        return Said(title, _texts(told_now, language))

    key = f"provisional_findings:{verdict.round_key}:{hash_of(fresh)}"
    return _alert("provisional_findings", verdict, links, said, key=key), names


def failed(about: str, round_key: str, error: str, links: Links) -> Alert:
    """A run failed. `about`: the round, or the source. `error`: one line without values; empty where its process died."""

    def said(language: str) -> Said:
        line = (
            word("failed_other", language, error=told(error).replace(" · ", "\n"))
            if error
            else word("failed_died", language)
        )
        return Said(titled("failed", round_key, language, about=about), [line])

    key = f"failed:{about}:{'error' if error else 'died'}"
    return made(
        "failed", round_key, said, link=links.run, page=links.page, key=key, command=f"mtm run {round_key}".strip()
    )


def recovered(round_key: str, release: str, kinds: list[str], links: Links) -> Alert:
    """A round of which something was told is published."""

    def said(language: str) -> Said:
        names = ", ".join(word(f"kind_{kind}", language) for kind in kinds)
        return Said(titled("recovered", round_key, language), [word("recovered_release", language, release=release, kinds=names)])  # fmt: skip

    key = f"recovered:{round_key}:{release}"
    return made("recovered", round_key, said, link=links.run, page=links.page, key=key, command=f"mtm show {release}")


def made(kind: str, round_key: str, said: Callable[[str], Said], **more: str) -> Alert:
    """An alert in all languages."""
    english = said("en")
    return Alert(
        kind, round_key, english.title, english.lines, others={lang: said(lang) for lang in ("ru", "ky")}, **more
    )


def hash_of(names: Iterable[str]) -> str:
    """A short name for several names."""
    import hashlib

    return hashlib.sha256("\0".join(sorted(names)).encode()).hexdigest()[:16]


def _alert(kind: str, verdict: Verdict, links: Links, said: Callable[[str], Said], key: str) -> Alert:
    command = f"mtm findings {verdict.round_key}"
    return made(kind, verdict.round_key, said, link=links.run, page=links.page, key=key, command=command)


def titled(name: str, round_key: str, language: str, **values: object) -> str:
    """The title; a round that is made up says so first."""
    title = word(name, language, **{"round": round_key, **values})
    return word("synthetic", language, title=title) if _is_synthetic(round_key) else title


def _is_synthetic(round_key: str) -> bool:
    from warehouse.errors import MtmError

    try:
        return bool(round_key) and find_round(round_key)[1].is_synthetic
    except (MtmError, ValueError):
        return False


def _texts(items: list[Item], language: str) -> list[str]:
    more = len(items) - MOST
    return [
        *(item.text(language) for item in items[:MOST]),
        *([word("more", language, number=more)] if more > 0 else []),
    ]


def _items(home: Home, verdict: Verdict, severities: set[str]) -> list[Item]:
    """Findings and checks of these severities: findings first, they say where; checks that only repeat them are left out."""
    from warehouse.serving.field_report.report import REPEATING

    findings = _findings(home, verdict, severities)
    failed_checks = [c for c in verdict.checks if not c.passed and not c.waiver and c.severity in severities]
    checks = [c for c in failed_checks if not findings or c.code not in REPEATING]
    return [*findings, *(Item(f"check {c.code}", partial(_check, c)) for c in checks)]


def _check(c: CheckResult, language: str) -> str:
    from warehouse.serving.field_report.messages import check_seen, check_todo

    lang = next(x for x in LANGUAGES if x == language)
    sentence = {"ru": c.sentence_ru, "ky": c.sentence_ky}.get(lang) or c.sentence_en
    lines = [
        word("not_held", lang, sentence=sentence),
        word("seen", lang, observed=check_seen(c.observed, lang), threshold=check_seen(c.threshold, lang)),
    ]
    if c.evidence:
        where = ", ".join(unnamed(key) for key in c.evidence[:MOST])
        more = len(c.evidence) - MOST
        lines.append(word("where", lang, where=word("alike", lang, where=where, number=more) if more > 0 else where))
    todo = check_todo(c.code, "en" if lang == "en" else "ru", c.todo)
    return "\n".join([*lines, *([word("todo", lang, todo=todo)] if todo else [])])


def _findings(home: Home, verdict: Verdict, severities: set[str]) -> list[Item]:
    """Findings of the normalized delivery, alike ones as one; none where its tables are gone."""
    folder = home.normalized / verdict.round_key / verdict.normalized_id / "finding.parquet"
    if not folder.is_file():
        return []
    import polars as pl

    table = pl.read_parquet(folder, glob=False).filter(pl.col("severity").is_in(list(severities)))
    alike: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in table.to_dicts():
        alike.setdefault((row["code"], row["sheet"] or "", row["column_label"] or ""), []).append(row)
    ordered = sorted(alike.items(), key=lambda entry: entry[1][0]["severity"])  # block before review
    return [Item(f"finding {key[0]} {hash_of(key)}", partial(_finding, rows)) for key, rows in ordered]


def _finding(rows: list[dict[str, Any]], language: str) -> str:
    from warehouse.serving.field_report.messages import catalogue, said

    first = rows[0]
    words = said(first["code"], "en" if language == "en" else "ru", first)
    named = catalogue().messages.get(first["code"])
    what = named.ky if language == "ky" and named else words.what
    lines = [told(what[:1].upper() + what[1:])]
    if where := _where(rows, language):
        lines.append(word("where", language, where=where))
    return "\n".join([*lines, *([word("todo", language, todo=told(words.todo))] if words.todo else [])])


def _where(rows: list[dict[str, Any]], language: str) -> str:
    """`sheet data, row 14, column Displaced people and 3 more`."""
    first = rows[0]
    parts = [word("place_sheet", language, sheet=shown(first["sheet"]))] if first["sheet"] else []
    parts += [word("place_row", language, row=first["row_number"])] if first["row_number"] else []
    parts += [word("place_column", language, column=_column(first["column_label"]))] if first["column_label"] else []
    where = ", ".join(parts)
    return word("alike", language, where=where, number=len(rows) - 1) if where and len(rows) > 1 else where


def _column(label: str) -> str:
    """A column's label, or its number where it is told by that (`column 11`, `column 11: Value`)."""
    numbered = _NUMBERED.match(label)
    return numbered[1] if numbered else shown(label)
