"""A release as its reports, its package and its copies elsewhere see it: what it is, and its database, read-only.

Opening a release that is published, or one that is being written, belongs here; nobody else looks for its files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.releases.manifest import Manifest, RoundVersion, load_manifest
from warehouse.releases.serving import DATABASE, SCHEMA

if TYPE_CHECKING:
    import duckdb

    from warehouse.releases.candidate import Candidate
    from warehouse.releases.verdict import Verdict
    from warehouse.settings import Home


@dataclass(frozen=True)
class ReleaseSource:
    """One release. `folder` holds `mtm.duckdb` and `parquet/`; everything else that is told about it stands here."""

    folder: Path
    release_id: str
    parent: str | None
    published_at: str  # ISO 8601, UTC
    content_hash: str
    rounds: list[RoundVersion]
    brought: list[str]
    synthetic: bool
    verdict: dict[str, Any] = field(
        default_factory=dict
    )  # outcome, checks, to_review, noted, waived (as in the manifest)
    waivers: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def opened(self) -> Iterator[Asker]:
        """Its database, read-only, in a connection of its own."""
        import duckdb

        from warehouse.serving.older import with_columns_of_today

        config: dict[str, str | bool | int | float | list[str]] = {
            "enable_external_access": "false",
            "lock_configuration": "true",
        }
        with duckdb.connect(str(self.folder / DATABASE), read_only=True, config=config) as con:
            con.execute(f"USE {SCHEMA}")
            with_columns_of_today(con)
            yield Asker(con)


@dataclass(frozen=True)
class Asker:
    """Asks the marts of one release (schema `marts` is the default one)."""

    con: duckdb.DuckDBPyConnection

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        """The answer, a dictionary a row. Every query orders its rows: what is made of them is equal each time."""
        found = self.con.execute(sql, parameters or [])
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def row(self, sql: str, parameters: list[Any] | None = None) -> dict[str, Any] | None:
        """The first row, or None."""
        return next(iter(self.rows(sql, parameters)), None)


def published(home: Home, name: str | None = None) -> ReleaseSource:
    """A release that is kept: by id, tag or channel; the current one by default. Raises UsageError (exit 2)."""
    manifest = load_manifest(home, name)
    return _source(home.releases / manifest.release_id, manifest)


def _source(folder: Path, m: Manifest) -> ReleaseSource:
    return ReleaseSource(
        folder=folder, release_id=m.release_id, parent=m.parent, published_at=m.published_at, content_hash=m.content_hash,
        rounds=m.rounds, brought=m.brought, synthetic=m.synthetic, verdict=m.verdict, waivers=m.waivers,
    )  # fmt: skip


def being_written(
    folder: Path, candidate: Candidate, verdict: Verdict, marts: dict[str, dict[str, Any]]
) -> ReleaseSource:
    """The release that is being written into `folder`, before its manifest is; `marts` as `write_serving` gave them."""
    from warehouse.releases.publish import summary
    from warehouse.releases.serving import content_hash

    return ReleaseSource(
        folder=folder, release_id=candidate.release_id, parent=candidate.base_release,
        published_at=candidate.created_at + "Z", content_hash=content_hash(marts),
        rounds=sorted(candidate.versions, key=lambda v: v.round_key), brought=[candidate.normalized.round_key],
        synthetic=candidate.synthetic, verdict=summary(verdict), waivers=verdict.waivers,
    )  # fmt: skip
