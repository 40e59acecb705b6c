"""What a release is about, for everything that describes it: whose figures, of when and where, on what terms, how to cite.

Gathering these facts (from the release's own marts, and from `operation.yml` for publisher and contact) belongs here; the
files that tell them are written by the other modules of this room.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from warehouse.errors import MtmError
from warehouse.operations import DEFAULT_LICENCE, Publisher, load_operation
from warehouse.serving.words import Tongue

if TYPE_CHECKING:
    import duckdb

    from warehouse.serving.source import ReleaseSource


@dataclass(frozen=True)
class Programme:
    """One operation of the release, as its mart and its file tell it."""

    code: str
    names: dict[str, str]  # by language
    country_iso3: str
    programme: str
    credit_line: str
    licence: str
    licence_url: str | None = None
    publisher: Publisher = field(default_factory=Publisher)
    row: dict[str, Any] = field(default_factory=dict)  # of dim_operation: its texts in the other languages


@dataclass(frozen=True)
class About:
    """One release: its programmes, its rounds (rows of dim_round), its span of time."""

    release_id: str
    published_at: str  # ISO 8601, UTC
    content_hash: str
    synthetic: bool
    programmes: list[Programme]
    rounds: list[dict[str, Any]]

    @property
    def day(self) -> str:
        """The day of publication, ISO."""
        return self.published_at[:10]

    @property
    def span(self) -> tuple[date | None, date | None]:
        """First and last day that any round speaks of: its reference window, or its fieldwork where it has none."""
        first = [d for r in self.rounds if (d := r.get("window_start") or r.get("fieldwork_start"))]
        last = [d for r in self.rounds if (d := r.get("window_end") or r.get("fieldwork_end"))]
        return min(first, default=None), max(last, default=None)

    @property
    def name(self) -> str:
        """A machine's name: `mtm-kgz-r000008`."""
        return "-".join(["mtm", *(p.code.lower() for p in self.programmes), self.release_id])

    @property
    def licences(self) -> list[str]:
        """The terms of use, each once."""
        return list(dict.fromkeys(p.licence for p in self.programmes)) or [DEFAULT_LICENCE]

    @property
    def credits(self) -> list[str]:
        """The credit lines, each once. Rounds that were made are nobody's figures: what they were calibrated to is said."""
        lines = dict.fromkeys(p.credit_line for p in self.programmes if p.credit_line)
        return [
            f"SYNTHETIC figures, not to be quoted; calibrated to: {line}" if self.synthetic else line for line in lines
        ]

    def licences_in(self, t: Tongue) -> list[str]:
        """The terms of use in a language, each once."""
        return list(dict.fromkeys(t.named(p.row, "licence") for p in self.programmes if p.row)) or self.licences

    def credits_in(self, t: Tongue) -> list[str]:
        """The credit lines in a language, each once."""
        lines = dict.fromkeys(line for p in self.programmes if (line := t.named(p.row, "credit_line")))
        return [t.say("SYNTHETIC figures, not to be quoted; calibrated to: {line}", line=line) if self.synthetic else line for line in lines]  # fmt: skip

    @property
    def publishers(self) -> list[Publisher]:
        """Who publishes, each once; nobody else's name stands on figures that were made."""
        if self.synthetic:
            return [Publisher(name="MTM Warehouse (synthetic data)")]
        found = {p.publisher.name: p.publisher for p in self.programmes if p.publisher.name}
        return list(found.values()) or [Publisher(name="Not named")]

    def title(self, t: Tongue) -> str:
        """What it is called: programmes, release, and that it is synthetic."""
        names = "; ".join(dict.fromkeys(t.named(p.row, "programme") or p.programme for p in self.programmes)) or "MTM"
        told = t.say("{programme}: open data, release {release}", programme=names, release=self.release_id)
        return f"{told} ({t.say('SYNTHETIC')})" if self.synthetic else told

    def citation(self, t: Tongue) -> str:
        """The plain citation: publisher, year, title, day, content."""
        return t.say(
            "{publisher} ({year}). {title}. Published on {day}, content {content}.",
            publisher="; ".join(p.name for p in self.publishers), year=self.day[:4], title=self.title(t), day=self.day,
            content=self.content_hash[:12],
        )  # fmt: skip


def about(source: ReleaseSource, con: duckdb.DuckDBPyConnection) -> About:
    """The facts of a release whose database is open, `marts` in its path."""
    operations, rounds = _rows(con, "dim_operation"), _rows(con, "dim_round")
    return About(
        source.release_id, source.published_at, source.content_hash, source.synthetic,
        [_programme(row) for row in sorted(operations, key=lambda r: str(r.get("operation")))],
        sorted(rounds, key=lambda r: str(r.get("round_key"))),
    )  # fmt: skip


def _programme(row: dict[str, Any]) -> Programme:
    code = str(row.get("operation") or "")
    stated = None
    with suppress(MtmError):  # its folder may be gone since: the release still tells what its mart tells
        stated = load_operation(code).programme
    return Programme(
        code=code, names={lang: str(row.get(f"operation_name_{lang}") or code) for lang in ("en", "ru", "ky")},
        country_iso3=str(row.get("country_iso3") or ""), programme=str(row.get("programme") or code),
        credit_line=str(row.get("credit_line") or ""), licence=str(row.get("licence") or DEFAULT_LICENCE),
        licence_url=stated.licence_url if stated else None, publisher=stated.publisher if stated else Publisher(), row=row,
    )  # fmt: skip


def _rows(con: duckdb.DuckDBPyConnection, mart: str) -> list[dict[str, Any]]:
    known = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'marts' AND table_name = ?", [mart]
    ).fetchall()
    if not known:
        return []
    found = con.execute(f"SELECT * FROM marts.{mart} ORDER BY ALL")
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
