"""High-frequency checks: what a round that is being collected shows of the quality of the interviews, by enumerator and place.

Pure functions over frames belong here: each family of checks is a module, bounds and sentences stand in collection.yml
(docs/high-frequency-checks.md). Enumerators are pseudonyms; nothing of it goes to a release.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from warehouse.operations import Operation


def run(
    tables: Mapping[str, pl.DataFrame], operation: Operation, round_key: str, as_of: date | None = None
) -> pl.DataFrame:
    """`mart_collection_check` of a round (`result.CHECK`): `tables` are the canonical tables of its delivery, by name.

    Every check has a row: what it found by unit, that it found nothing, or why it is not possible. `as_of`: the last day
    with data, where it is known better. Raises MtmError where collection.yml is wrong.
    """
    from warehouse.collection.checks.every import checked

    return checked(tables, operation, round_key, as_of)
