"""What an attacker could learn from a release: the attack on everything it publishes, told by mart, with keys and never with a true value.

Running the attack over the systems of `published/` and adding up belongs here; reading marts and solving does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from warehouse.disclosure.attack import attack
from warehouse.disclosure.proved import Proved
from warehouse.disclosure.published import PublishedSystem
from warehouse.disclosure.system import Bounds, Floats, needed_width

if TYPE_CHECKING:
    import duckdb

    from warehouse.settings import Home

MODULES = ("counts", "survey", "across")  # of warehouse/disclosure/published: one that can't be loaded is an error
NARROW = 1e-6


@dataclass(frozen=True)
class Exposed:
    """A hidden cell that is told too closely: between `low` and `high`, where `needed` people between them are wanted."""

    mart: str
    cell: str  # its key in the mart
    low: float
    high: float
    needed: float


def _place(told: Exposed) -> tuple[str, float, str]:
    return told.mart, told.high - told.low, told.cell


@dataclass
class MartAudit:
    """The hidden cells of one mart."""

    mart: str
    hidden: int = 0
    exposed: int = 0
    narrowest: float | None = None  # people between the ends of the narrowest interval; None where none has an end


@dataclass
class AuditResult:
    """What the attack found. Facts that contradict each other prove nothing: they are a failure too."""

    marts: dict[str, MartAudit] = field(default_factory=dict)
    exposed: list[Exposed] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)  # keys of cells that no table fits
    systems: int = 0
    true_values: bool = False  # the needed widths are those of the true values; else of the interval's middle
    with_previous: bool = False  # the release before was laid beside it
    changed_by_few: dict[str, int] = field(
        default_factory=dict
    )  # figures of corrected survey rounds; told, not refused

    def take(self, other: AuditResult) -> None:
        """Add what the attack on other systems found."""
        for mart, said in other.marts.items():
            mine = self.marts.setdefault(mart, MartAudit(mart))
            mine.hidden, mine.exposed = mine.hidden + said.hidden, mine.exposed + said.exposed
            told = [w for w in (mine.narrowest, said.narrowest) if w is not None]
            mine.narrowest = min(told) if told else None
        self.exposed = sorted([*self.exposed, *other.exposed], key=_place)
        self.contradictions = sorted({*self.contradictions, *other.contradictions})
        self.systems += other.systems

    @property
    def hidden(self) -> int:
        """Hidden cells in all marts."""
        return sum(mart.hidden for mart in self.marts.values())

    @property
    def narrowest(self) -> float | None:
        """The narrowest interval of all, in people."""
        return min((m.narrowest for m in self.marts.values() if m.narrowest is not None), default=None)

    @property
    def ok(self) -> bool:
        """Nothing is told too closely, and the facts fit each other."""
        return not self.exposed and not self.contradictions

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: an end that is not there is null."""
        exposed = [{**asdict(e), "high": e.high if np.isfinite(e.high) else None} for e in self.exposed]
        return {
            "ok": self.ok,
            "hidden": self.hidden,
            "narrowest": self.narrowest,
            "true_values": self.true_values,
            "with_previous": self.with_previous,
            "changed_by_few": self.changed_by_few,
            "systems": self.systems,
            "marts": [asdict(mart) for _, mart in sorted(self.marts.items())],
            "exposed": exposed,
            "contradictions": self.contradictions,
        }


def audit(
    con: duckdb.DuckDBPyConnection,
    previous: duckdb.DuckDBPyConnection | None = None,
    true: duckdb.DuckDBPyConnection | None = None,
    *,
    exact: bool = False,
    proved: Proved | None = None,
) -> AuditResult:
    """Attack what the marts of `con` publish, beside the release before and with true values where they are given.

    `proved`: systems made from exactly the rows of one that was attacked before, and told nothing, are not attacked again.
    With `exact` every interval is followed to its ends; otherwise a cell that was seen wide enough is left alone, and the
    narrowest interval is one that was seen: no narrower than needed.
    """
    from warehouse.disclosure.published.catalogue import asked_once

    with asked_once():
        return _audit(con, previous, true, exact, proved)


def _audit(
    con: duckdb.DuckDBPyConnection,
    previous: duckdb.DuckDBPyConnection | None,
    true: duckdb.DuckDBPyConnection | None,
    exact: bool,
    proved: Proved | None,
) -> AuditResult:
    from warehouse.disclosure.published.corrected import changed_by_few

    result = AuditResult(true_values=true is not None, with_previous=previous is not None)
    for name in MODULES:
        module = import_module(f"warehouse.disclosure.published.{name}")
        if proved is not None and not exact and hasattr(module, "sources"):
            found = (_once(source, proved) for source in module.sources(con, previous=previous, true=true))
        else:
            found = (audit_systems([s], exact=exact) for s in module.systems(con, previous=previous, true=true))
        for part in found:
            result.take(part)
    result.changed_by_few = changed_by_few(con, previous)
    return result


def _once(source: Any, proved: Proved) -> AuditResult:
    """The attack on a system, unless it was done on exactly the same rows and told nothing."""
    key = source.key
    if (told := proved.known.get(key)) is not None:
        return AuditResult(
            {mart: MartAudit(mart, hidden, 0, width) for mart, (hidden, width) in told.items()}, systems=1
        )
    result = audit_systems([source.system()])
    if result.ok:
        proved.add(key, {mart: (said.hidden, said.narrowest) for mart, said in result.marts.items()})
    return result


def audit_release(home: Home, release_id: str | None = None, *, exact: bool = True) -> AuditResult:
    """Audit a release that is kept (the current one by default), beside its parent and its build database where those are kept."""
    import duckdb

    from warehouse.releases.candidate import database_path
    from warehouse.releases.manifest import load_manifest, release_ids
    from warehouse.releases.serving import DATABASE

    manifest = load_manifest(home, release_id)
    parent = manifest.parent if manifest.parent in release_ids(home) else None
    build = database_path(home, manifest.release_id)
    with ExitStack() as stack:

        def opened(path: Path) -> duckdb.DuckDBPyConnection:
            return stack.enter_context(duckdb.connect(str(path), read_only=True))

        return audit(
            opened(home.releases / manifest.release_id / DATABASE),
            opened(home.releases / parent / DATABASE) if parent else None,
            opened(build) if build.is_file() else None,
            exact=exact,
        )


def audit_systems(
    systems: Iterable[PublishedSystem], *, exact: bool = False, true: bool = False, previous: bool = False
) -> AuditResult:
    """Attack some systems and add up what is found."""
    result = AuditResult(true_values=true, with_previous=previous)
    for published in systems:
        result.systems += 1
        _add(result, published, exact)
    result.exposed.sort(key=_place)
    result.contradictions = sorted(set(result.contradictions))
    return result


def _add(result: AuditResult, published: PublishedSystem, exact: bool) -> None:
    """One system: its cells by mart, those told too closely, those that fit nothing."""
    bounds, needed = _attacked(published, exact)
    marts = published.marts or (published.name,) * len(published.targets)
    for mart, cell, low, high, width, need in zip(
        marts, bounds.cells, bounds.low, bounds.high, bounds.width, needed, strict=True
    ):
        said = result.marts.setdefault(mart, MartAudit(mart))
        said.hidden += 1
        if np.isnan(width):
            result.contradictions.append(published.system.names[cell])
            continue
        if np.isfinite(width):
            said.narrowest = float(width) if said.narrowest is None else min(said.narrowest, float(width))
        if width < need - NARROW:
            said.exposed += 1
            key = published.system.names[cell]
            result.exposed.append(Exposed(mart, key, float(low) + 0.0, float(high), float(need)))


def _attacked(published: PublishedSystem, exact: bool) -> tuple[Bounds, Floats]:
    """The bounds of the targets and what each needs: of the interval's middle where the true value is not known."""
    targets, needed = published.targets, published.needed.astype(np.float64)
    unknown = np.isnan(needed)
    wanted = None if exact else np.where(unknown, np.inf, needed)
    bounds = attack(published.system, targets, needed=wanted, contradictions="report")
    middle = (bounds.low + bounds.high) / 2
    ends = np.where(np.isfinite(middle), middle, bounds.low)
    return bounds, np.where(unknown, needed_width(ends), needed)
