"""The common list of what deliveries usually carry (`operations/common/concepts.yml`).

Its shape and loading belong here; comparing headers with it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from warehouse.codebooks.folding import skeleton
from warehouse.codebooks.model import Column, Measure
from warehouse.settings import PROJECT


class Part(BaseModel):
    """A part of the file: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Opposites(Part):
    """Words of two kinds: a label with one is never a label with the other."""

    one: list[str]
    other: list[str]
    plain: Literal["one", "other"] | None = None  # the side that goes without saying (people, not households)


class Concept(Part):
    """One field and its usual headers by language. `place`: the administrative level that it names."""

    field: str
    type: str = "text"
    column_class: str = "plain"
    place: int | None = None
    measure: Measure | None = None
    labels: dict[str, list[str]]

    @property
    def column(self) -> Column:
        """The concept as a codebook would say it."""
        every = [label for labels in self.labels.values() for label in labels]
        said = {"field": self.field, "type": self.type, "column_class": self.column_class, "labels": every}
        return Column.model_validate({**said, "measure": self.measure})


class Concepts(Part):
    """The file."""

    opposites: list[Opposites] = []
    concepts: list[Concept] = []


@lru_cache(maxsize=1)
def concepts() -> Concepts:
    """The file, read once."""
    from warehouse.operations import read_yaml

    return read_yaml(PROJECT / "operations" / "common" / "concepts.yml", Concepts)


@dataclass(frozen=True)
class Choice:
    """Opposite words as skeletons. `said`: those that count when only one of two labels has them."""

    one: frozenset[str]
    other: frozenset[str]
    said: frozenset[str]


@lru_cache(maxsize=1)
def choices() -> list[Choice]:
    """The opposites, ready to compare."""
    found = []
    for pair in concepts().opposites:
        one, other = frozenset(map(skeleton, pair.one)), frozenset(map(skeleton, pair.other))
        said = {"one": other, "other": one, None: one | other}[pair.plain]
        found.append(Choice(one, other, said))
    return found


@lru_cache(maxsize=1)
def kinds() -> frozenset[str]:
    """Words that only say of what kind a value is (people or households, code or name), never of what."""
    words = [word for pair in concepts().opposites if pair.plain for word in [*pair.one, *pair.other]]
    return frozenset(map(skeleton, words))
