"""What the site tells of: the releases that readers may see, which of them is served, which was taken back or removed.

Reading `published/` belongs here; pages and files do not. A release that is held back was never served: it is not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import UsageError
from warehouse.releases.flips import ever_served
from warehouse.releases.index import removed
from warehouse.releases.manifest import (
    Manifest,
    RoundVersion,
    current_id,
    number_of,
    read_manifest,
    release_ids,
)
from warehouse.releases.tags import tags_of

if TYPE_CHECKING:
    from warehouse.serving.source import ReleaseSource
    from warehouse.settings import Home

SERVED, SUPERSEDED, WITHDRAWN, REMOVED = "served", "superseded", "withdrawn", "removed"
Facts = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Listed:
    """One release as the site lists it. `manifest` is None for one that was removed: its line in the index is left."""

    release_id: str
    state: str  # served, superseded, withdrawn (rolled back, or what was built on it), removed
    published_at: str
    parent: str | None
    content_hash: str
    brought: list[str]
    folder: Path | None = None
    manifest: Manifest | None = None
    superseded_by: str | None = None
    removed_at: str | None = None
    tags: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether its pages and files are handed out: it is kept, and was not taken back."""
        return self.state in (SERVED, SUPERSEDED)

    @property
    def rounds(self) -> list[RoundVersion]:
        """The rounds that it holds; none of one that was removed."""
        return self.manifest.rounds if self.manifest else []

    @property
    def synthetic(self) -> bool:
        """Whether it holds rounds that were made, not collected."""
        return bool(self.manifest and self.manifest.synthetic)


@dataclass(frozen=True)
class Catalogue:
    """All of them, newest first. `operation`: tell of this one only."""

    home: Home
    releases: list[Listed]
    operation: str | None = None

    @cached_property
    def served(self) -> Listed:
        """The one that is served."""
        return next(r for r in self.releases if r.state == SERVED)

    @cached_property
    def source(self) -> ReleaseSource:
        """The one that is served, with its database."""
        from warehouse.serving.source import published

        return published(self.home, self.served.release_id)

    @cached_property
    def synthetic(self) -> str:
        """Of the rounds that the site tells of, `all`, `some` or none (empty) were made, not collected."""
        made = [bool(r.get("is_synthetic")) for r in self.facts["rounds"]]
        return ("all" if all(made) else "some") if any(made) else ""

    def opened(self, release: Listed) -> ReleaseSource:
        """A release that is kept, with its database."""
        from warehouse.serving.source import published

        return published(self.home, release.release_id)

    def is_told(self, round_key: str) -> bool:
        """Whether a round is of the operation that the site is of."""
        return self.operation is None or round_key.split("-")[0] == self.operation

    def is_whole(self, release: Listed) -> bool:
        """Whether a release holds nothing but what the site tells of: else its whole files are not offered."""
        return all(self.is_told(v.round_key) for v in release.rounds)

    def bringer(self, version: RoundVersion) -> Listed | None:
        """The release that brought a round as it stands: the newest that is open, brought it, and holds this version."""
        for release in self.releases:
            if release.is_open and version.round_key in release.brought and version in release.rounds:
                return release
        return None

    @cached_property
    def facts(self) -> Facts:
        """What the pages ask the served release for, read once: operations, rounds, headlines, places, indicators, quality."""
        with self.source.opened() as asker:
            held = {str(r["table_name"]) for r in asker.rows("SELECT table_name FROM duckdb_tables() ORDER BY ALL")}
            asked = {
                name: sql if MARTS[name] <= held else None for name, sql in QUESTIONS.items()
            }  # an older release may lack one
            return {
                name: [r for r in asker.rows(sql) if self._is_mine(r)] if sql else [] for name, sql in asked.items()
            }

    def _is_mine(self, row: dict[str, Any]) -> bool:
        of = row.get("operation") or str(row.get("round_key", "")).split("-")[0]
        return self.operation is None or not of or of == self.operation


QUESTIONS = {
    "operations": "FROM dim_operation ORDER BY operation",
    "rounds": "FROM dim_round ORDER BY fieldwork_end DESC NULLS LAST, round_key DESC",
    "headlines": "FROM mart_headlines ORDER BY round_key, sort_order, headline_code",
    "places": "FROM dim_place WHERE place_level <= 2 AND in_gazetteer ORDER BY operation, geography_vintage, place_code",
    "indicators": "FROM dim_indicator ORDER BY operation, sort_order, indicator_code",
    "options": "FROM dim_indicator_option ORDER BY ALL",
    "comparability": """
        SELECT round_key, indicator_name_en AS name_en, indicator_name_ru AS name_ru, indicator_name_ky AS name_ky,
        comparability_reason_en, comparability_reason_ru, comparability_reason_ky FROM dim_indicator_comparability
        WHERE comparability IN ('not_comparable', 'limited') AND is_asked
        UNION SELECT round_key, category_name_en, category_name_ru, category_name_ky, comparability_reason_en,
        comparability_reason_ru, comparability_reason_ky FROM mart_round_change
        WHERE comparability = 'not_comparable' AND place_level = 0 ORDER BY round_key, comparability_reason_en, name_en""",
    "quality": "FROM mart_quality ORDER BY round_key, quality_type, check_family, check_layer, code, severity",
}
MARTS = {name: set(re.findall(r"FROM ((?:dim|mart)_\w+)", sql)) for name, sql in QUESTIONS.items()}


def catalogue(home: Home, operation: str | None = None) -> Catalogue:
    """The releases of a home. Raises UsageError (exit 2) where nothing is served, or nothing of the operation."""
    found = Catalogue(home, sorted(_listed(home), key=lambda r: number_of(r.release_id), reverse=True), operation)
    if not any(r.state == SERVED for r in found.releases):
        raise UsageError("nothing has been published yet", expected="a release", todo="mtm receive FILE, then mtm run",
                         code="no_release")  # fmt: skip
    known = {v.round_key.split("-")[0] for v in found.served.rounds}
    if operation is not None and operation not in known:
        raise UsageError(f"the release that is served holds no round of {operation}", where="--operation",
                         expected=", ".join(sorted(known)), todo="mtm status shows the rounds of each operation",
                         code="unknown_operation")  # fmt: skip
    if operation is None:
        return found
    mine = [r for r in found.releases if any(found.is_told(k) for k in r.brought) or r.state == SERVED]
    return Catalogue(home, mine, operation)


def _listed(home: Home) -> Iterator[Listed]:
    current, seen = current_id(home), ever_served(home)
    if current is None:
        return
    chain = [str(r["release_id"]) for r in read_manifest(home.releases / current).history]
    after = dict(pairwise(chain))
    for identity in [i for i in release_ids(home) if i in seen or i == current]:
        m = read_manifest(home.releases / identity)
        state = SERVED if identity == current else SUPERSEDED if identity in after else WITHDRAWN
        yield Listed(
            identity, state, m.published_at, m.parent, m.content_hash, m.brought, home.releases / identity, m,
            after.get(identity), None, sorted(tags_of(home, identity)),
        )  # fmt: skip
    for identity, line in removed(home).items():
        if identity in seen:
            yield Listed(
                identity, REMOVED, line["published_at"], line["parent"], line["content_hash"], line.get("brought", []),
                superseded_by=after.get(identity), removed_at=line["at"],
            )  # fmt: skip
