"""Release notes: what a release brought, written from its difference to the release before, in three languages.

Gathering the facts and putting them into Markdown belongs here; words are in `notes.yml`. But for the release's id and
date, equal contents give equal notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from warehouse.releases.compare import PEOPLE, diff_databases
from warehouse.releases.contents import attach, parquet
from warehouse.releases.notes_words import LANGUAGES, Words, words
from warehouse.releases.serving import DATABASE, SCHEMA
from warehouse.releases.verdict import CheckResult, Verdict
from warehouse.serving.field_report.messages import check_seen

if TYPE_CHECKING:
    import duckdb

    from warehouse.releases.candidate import Candidate

MOST = 40  # rows of a table
BREAKS = """SELECT round_key, previous_round_key, indicator_name_{lang}, comparability_reason_{lang} FROM {dim_indicator_comparability}
            WHERE comparability = 'not_comparable' AND is_asked AND list_contains(?, round_key)
            UNION SELECT round_key, previous_round_key, category_name_{lang}, comparability_reason_{lang} FROM {mart_round_change}
            WHERE comparability = 'not_comparable' AND place_level = 0 AND list_contains(?, round_key)"""
TOLD_BY = {"dim_indicator_comparability", "mart_round_change"}


@dataclass(frozen=True)
class Facts:
    """All that the notes tell, but for words."""

    release_id: str
    parent: str | None
    published_at: str
    content_hash: str
    synthetic: bool
    rounds: list[dict[str, Any]]
    verdict: Verdict
    diff: dict[str, Any] = field(default_factory=dict)  # empty: nothing could be compared
    titles: dict[str, dict[str, str]] = field(default_factory=dict)  # by language and round
    breaks: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)  # by language


def notes_name(language: str = "en") -> str:
    """The file of a language: `NOTES.md`, `NOTES.ru.md`."""
    return "NOTES.md" if language == "en" else f"NOTES.{language}.md"


def write_notes(folder: Path, candidate: Candidate, verdict: Verdict, marts: dict[str, dict[str, Any]]) -> None:
    """Write the notes of a candidate beside its serving database, which lies in `folder`."""
    facts = _facts(folder, candidate, verdict, marts)
    for language in LANGUAGES:
        (folder / notes_name(language)).write_text(markdown(facts, language), encoding="utf-8")


def markdown(facts: Facts, language: str) -> str:
    """The notes in one language."""
    w = words(language)
    parent = facts.parent or w.nothing_before
    parts = [
        f"# {w.title.format(release=facts.release_id)}",
        w.made.format(at=facts.published_at, parent=parent, content=facts.content_hash[:12]),
        *([f"**{w.synthetic}**"] if facts.synthetic else []),
        f"## {w.rounds}", _rounds(facts, w, language),
        f"## {w.people}", _people(facts, w, language),
        f"## {w.marts}", _marts(facts, w, language),
        f"## {w.waivers}", _waivers(facts, w),
        f"## {w.review}", _review(facts, w, language),
        f"## {w.breaks}", _breaks(facts, w, language),
        *([w.verify.format(release=facts.release_id, parent=facts.parent)] if facts.parent else []),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _facts(folder: Path, candidate: Candidate, verdict: Verdict, marts: dict[str, dict[str, Any]]) -> Facts:
    import duckdb

    from warehouse.releases.serving import content_hash

    rounds = _versions(candidate)
    with duckdb.connect(":memory:") as con:
        compared = _as_judged(candidate, verdict) or _compared(con, candidate, folder, marts)
        brought = [r["round_key"] for r in rounds if r["change"] != "removed"]
        titles = {language: _titles(con, language, folder) for language in LANGUAGES}
        breaks = {language: _broken(con, language, brought, folder, set(marts)) for language in LANGUAGES}
    return Facts(
        candidate.release_id, candidate.base_release, candidate.created_at + "Z", content_hash(marts), candidate.synthetic,
        rounds, verdict, compared, titles, breaks,
    )  # fmt: skip


def _as_judged(candidate: Candidate, verdict: Verdict) -> dict[str, Any]:
    """What the gate compared: these marts with those of the base. Empty where it had no base, or could not read it."""
    was_compared = candidate.base is not None and verdict.base_release == candidate.base_release
    return verdict.diff if was_compared and "told" not in verdict.diff else {}


def _compared(
    con: duckdb.DuckDBPyConnection, candidate: Candidate, folder: Path, marts: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """The same, where the gate did not tell it: the serving database beside that of the base."""
    attach(con, folder / DATABASE, "b")
    if not _attached(con, candidate):
        return {}
    before = candidate.base.marts if candidate.base else {}
    changed = {n for n, m in marts.items() if before.get(n, {}).get("content_hash") != m["content_hash"]}
    return diff_databases(con, "a", "b", marts=changed | (set(before) - set(marts)))


def _versions(candidate: Candidate) -> list[dict[str, Any]]:
    """The rounds that changed, with delivery and hash."""
    old = {v.round_key: v for v in candidate.base.rounds} if candidate.base else {}
    new = {v.round_key: v for v in candidate.versions}
    found = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        change = "added" if before is None else "removed" if after is None else "redelivered"
        if before and after and before.delivery_id == after.delivery_id:
            change = "read_anew"
        told = after or before
        if told:
            found.append({"round_key": key, "change": change, "delivery": f"{told.delivery_seq} ({told.delivery_id})", "sha256": told.sha256})  # fmt: skip
    return found


def _attached(con: duckdb.DuckDBPyConnection, candidate: Candidate) -> bool:
    """Whether there is something to compare with: an empty database before the first release, none where it can't be read."""
    import duckdb

    if candidate.base_release is None:
        con.execute(f"ATTACH ':memory:' AS a; CREATE SCHEMA a.{SCHEMA}")
        con.execute(f"CREATE TABLE a.{SCHEMA}.{PEOPLE} AS FROM b.{SCHEMA}.{PEOPLE} LIMIT 0")
        return True
    try:
        attach(con, candidate.home.releases / candidate.base_release / DATABASE, "a")
    except duckdb.Error:
        return False
    return True


def _titles(con: duckdb.DuckDBPyConnection, language: str, folder: Path) -> dict[str, str]:
    column = "round_title" if language == "en" else f"round_title_{language}"
    rows = con.execute(f"SELECT round_key, {column} FROM {parquet(folder, 'dim_round')}").fetchall()
    return {str(key): str(title or "") for key, title in rows}


def _broken(
    con: duckdb.DuckDBPyConnection, language: str, brought: list[str], folder: Path, marts: set[str]
) -> list[tuple[str, ...]]:
    if not marts >= TOLD_BY or not brought:
        return []
    twins = {name: parquet(folder, name) for name in TOLD_BY}  # opening the database would read all its tables
    rows = con.execute(f"{BREAKS.format(lang=language, **twins)} ORDER BY ALL", [brought, brought]).fetchall()
    return [tuple("" if cell is None else str(cell) for cell in row) for row in rows]


def _rounds(f: Facts, w: Words, language: str) -> str:
    titles = f.titles.get(language, {})
    rows = [
        (r["round_key"], titles.get(r["round_key"], ""), getattr(w, r["change"]), r["delivery"], r["sha256"][:12])
        for r in f.rounds
    ]
    return table(w.round_columns, rows) or w.no_rounds


def _people(f: Facts, w: Words, language: str) -> str:
    if not f.diff:
        return w.not_compared
    rows = [
        (p["round_key"], p[f"category_name_{language}"], *(number(p[c], language) for c in ("before", "after", "difference", "moved")))
        for p in f.diff["people"]
    ]  # fmt: skip
    return f"{table(w.people_columns, rows)}\n\n{w.people_note}" if rows else w.no_people


def _marts(f: Facts, w: Words, language: str) -> str:
    if not f.diff:
        return w.not_compared
    rows = [
        (m["mart"], *(number(m[c], language) for c in ("rows_before", "rows_after", "added", "gone", "changed")), f"{m['share_values_changed']:.2%}")
        for m in f.diff["marts"]
    ]  # fmt: skip
    told = [table(w.mart_columns, rows)] if rows else []
    return "\n\n".join([*told, w.equal.format(n=f.diff["equal"])])


def _waivers(f: Facts, w: Words) -> str:
    rows = [
        tuple(str(x.get(c, "")) for c in ("round_key", "finding", "reason", "owner", "expires"))
        for x in f.verdict.waivers
    ]
    return table(w.waiver_columns, sorted(rows)) or w.no_waivers


def _review(f: Facts, w: Words, language: str) -> str:
    failed = [c for c in f.verdict.checks if not c.passed and c.severity != "note"]
    return "\n".join(_check(c, w, language) for c in sorted(failed, key=lambda c: (c.layer, c.code))) or w.no_review


def _check(c: CheckResult, w: Words, language: str) -> str:
    sentence = {"ru": c.sentence_ru, "ky": c.sentence_ky}.get(language) or c.sentence_en
    return f"- `{c.code}`: {plain(sentence)} ({plain(_seen(c, w, language))})"


def _seen(c: CheckResult, w: Words, language: str) -> str:
    lang: Literal["en", "ru", "ky"] = "ru" if language == "ru" else "ky" if language == "ky" else "en"
    return w.seen.format(observed=check_seen(c.observed, lang), threshold=check_seen(c.threshold, lang))


def _breaks(f: Facts, w: Words, language: str) -> str:
    rows = f.breaks.get(language, [])
    lines = [f"- {key} / {before}: {plain(name)} – {plain(why)}" for key, before, name, why in rows[:MOST]]
    return "\n".join([*lines, *(["- …"] if len(rows) > MOST else [])]) or w.no_breaks


def table(columns: list[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; empty without rows."""
    if not rows:
        return ""
    lines = [columns, ["---"] * len(columns), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(plain(cell) for cell in line) + " |" for line in lines)


def plain(text: str) -> str:
    """Text that Markdown and HTML leave as it is: words of deliveries and people may hold anything."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join("\\" + c if c in "\\|`[]*" else c for c in text)


def number(value: int | None, language: str) -> str:
    """Thousands apart, as the language does it."""
    text = "" if value is None else f"{value:,}"
    return text if language == "en" else text.replace(",", "\u00a0")


__all__ = ["Facts", "markdown", "notes_name", "write_notes"]
