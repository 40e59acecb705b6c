"""What the gate needs to be given: the normalized round, the candidate, the operation.

Only shapes and the loading of what stands beside them belong here; measuring does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from expectations.canonical import Canonical
from warehouse.errors import MtmError
from warehouse.gazetteer.store import gazetteer_rows
from warehouse.operations import Operation, Round, Threshold
from warehouse.releases.manifest import Manifest, RoundVersion
from warehouse.settings import Home


class DeliveryLike(Protocol):
    """The part of a delivery that the gate looks at."""

    @property
    def operation(self) -> str:
        """Code of the operation."""

    @property
    def component(self) -> str:
        """bma, rms or baseline."""

    @property
    def round_number(self) -> int:
        """Number of the round."""

    @property
    def partial(self) -> bool:
        """Whether the file is a part of a round."""


class NormalizedLike(Protocol):
    """A normalized round: `table(name)` gives one of the nine canonical tables."""

    @property
    def round_key(self) -> str:
        """`kgz-bma-r03`."""

    @property
    def normalized_id(self) -> str:
        """Hash of what made it."""

    @property
    def folder(self) -> Path:
        """Where its Parquet lies."""

    @property
    def delivery(self) -> DeliveryLike:
        """The delivery it was made from."""

    def table(self, name: str) -> pl.DataFrame:
        """A canonical table."""


class CandidateLike(Protocol):
    """The next release while it is built. `dbt` holds the nodes that ran: unique_id, status, message."""

    @property
    def release_id(self) -> str:
        """The id it would be published under."""

    @property
    def base_release(self) -> str | None:
        """The release it was copied from."""

    @property
    def database(self) -> Path:
        """Its DuckDB file."""

    @property
    def base(self) -> Manifest | None:
        """The manifest of that release."""

    @property
    def versions(self) -> Sequence[RoundVersion]:
        """All rounds of the candidate, with what stands for each."""

    @property
    def normalized(self) -> NormalizedLike:
        """The round that it brings."""

    @property
    def building(self) -> Sequence[NormalizedLike]:
        """The rounds whose marts are built anew in it."""

    @property
    def home(self) -> Home:
        """Where verdicts are stored."""

    @property
    def dbt(self) -> Sequence[Mapping[str, Any]]:
        """One mapping per node that dbt ran."""


@dataclass
class RoundInput:
    """A normalized round with its operation; every table is read once."""

    normalized: NormalizedLike
    operation: Operation
    _tables: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)
    _reckoned: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def delivery(self) -> DeliveryLike:
        """The delivery that the round was made from."""
        return self.normalized.delivery

    @property
    def component(self) -> str:
        """bma, rms or baseline."""
        return self.delivery.component

    @cached_property
    def round(self) -> Round:
        """The round as `rounds.yml` has it, or one known by its delivery only."""
        return self.operation.round(self.component, self.delivery.round_number)

    @property
    def row_grain(self) -> str:
        """What a row of the round is: informant, site or respondent; empty where no codebook is of the component."""
        return next((b.row_grain for b in self.operation.codebooks if b.component == self.component), "")

    def table(self, name: str) -> pl.DataFrame:
        """A canonical table."""
        if name not in self._tables:
            self._tables[name] = self.normalized.table(name)
        return self._tables[name]

    @cached_property
    def canonical(self) -> Canonical:
        """The same tables by SQL: those of which a round may hold millions of rows are never read whole."""
        return Canonical(self.normalized)

    def beside_it(self, measures: Mapping[str, Any], take: Callable[..., Any]) -> dict[str, Future[Any]]:
        """What is measured in another thread meanwhile: nothing of a round's own tables."""
        return {}

    def once(self, name: str, reckon: Callable[[], Any]) -> Any:
        """What several measures ask, reckoned for the first of them."""
        if name not in self._reckoned:
            self._reckoned[name] = reckon()
        return self._reckoned[name]

    def value(self, code: str) -> float:
        """The value of a threshold. Raises MtmError where `gate.yml` lacks it."""
        return threshold(self.operation.thresholds, code).value

    @cached_property
    def gazetteer(self) -> list[dict[str, str]]:
        """The gazetteer rows of the round's vintage; of the newest where the round names none."""
        rows = gazetteer_rows(self.operation, getattr(self.normalized, "home", None))
        vintages = sorted({row.get("geography_vintage") or "" for row in rows} - {""})
        wanted = self.round.geography_vintage or (vintages[-1] if vintages else "")
        if rows and vintages and wanted not in vintages:
            raise MtmError(
                f"the gazetteer has no vintage {wanted}",
                where=f"{self.operation.code} rounds.yml",
                expected=f"one of {', '.join(vintages)}",
                todo="correct geography_vintage of the round or add the gazetteer",
                code="unknown_vintage",
            )
        return [row for row in rows if (row.get("geography_vintage") or wanted) == wanted]

    def units(self, level: int) -> list[dict[str, str]]:
        """The gazetteer rows of a level."""
        return [row for row in self.gazetteer if str(row.get("place_level")) == str(level)]


def threshold(thresholds: Mapping[str, Threshold], code: str) -> Threshold:
    """A threshold by code. Raises MtmError where there is none: a check without a bound checks nothing."""
    if code not in thresholds:
        raise MtmError(
            f"the gate has no threshold {code}",
            where="gate.yml",
            expected="a value, a date and a reason for every threshold",
            todo=f"add {code} to operations/common/gate.yml",
            code="missing_threshold",
        )
    return thresholds[code]
