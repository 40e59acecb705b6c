"""What resolving a delivered place yields: a chain of places from the country down, or a reason.

Only the shapes belong here; how they come about is in `resolve.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a chain, as `canonical.place` holds it."""

    code: str
    level: int
    parent: str | None
    names: tuple[str, str, str]  # en, ru, ky
    delivered_code: str
    in_gazetteer: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Something accepted and worth saying: how a place was found where it was not by its own code and name."""

    code: str  # look_alike_code | other_code_form | by_skeleton | by_type_word | parent_filled | decided | …
    level: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """The chain from the country down, or a reason code, the level it failed at and what stood there."""

    chain: tuple[Place, ...] = ()
    reason: str = ""
    level: int = 0
    notes: tuple[Note, ...] = ()
    parent: str | None = None  # where the row had come to when it failed
    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What one level of a row came to."""

    places: tuple[Place, ...] = ()  # from the country down, where the place is of the gazetteer; itself alone otherwise
    reason: str = ""
    notes: tuple[Note, ...] = ()
    others: tuple[str, ...] = ()  # places of another kind that share the exact name: a finer level has to confirm it


@dataclass(frozen=True, slots=True)
class Doubt:
    """A level whose name several kinds of places share, until a finer level tells which is meant."""

    level: int = 0
    parent: str = ""
    code: str = ""
    name: str = ""
    others: tuple[str, ...] = ()
