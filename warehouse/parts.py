"""What parts of a count are called, and how they add up: dimensions (reason, origin, …) and their items, in three languages.

`operations/common/parts.yml` and what an operation says otherwise (`operations/<op>/parts.yml`) belong here. Names of
countries and places come from their own lists.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from warehouse.operations import Names, Operation, Strict, read_yaml
from warehouse.settings import operations_dirs


class Dimension(Strict):
    """One dimension. `adds_up`: parts make the whole, a person may be in several, or only some parts are asked."""

    name: Names | None = None
    adds_up: Literal["whole", "several", "some"] | None = None
    items: dict[str, Names] = {}


class Parts(Strict):
    """The file: dimension to what is known of it."""

    dimensions: dict[str, Dimension] = {}


@lru_cache(maxsize=64)
def parts_of(operation: Operation) -> dict[str, Dimension]:
    """Every dimension that is known: the common ones, and over them what the operation says. An operation is read anew when
    a file of any changes, so its parts are."""
    common = read_yaml(operations_dirs()[-1] / "common" / "parts.yml", Parts).dimensions
    own = read_yaml(operation.folder / "parts.yml", Parts).dimensions
    return {
        code: _joined(common.get(code, Dimension()), own.get(code, Dimension())) for code in sorted({**common, **own})
    }


def _joined(first: Dimension, over: Dimension) -> Dimension:
    return Dimension(
        name=over.name or first.name, adds_up=over.adds_up or first.adds_up, items={**first.items, **over.items}
    )
