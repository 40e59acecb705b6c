"""What earlier releases said: read from the served marts of the release that a candidate stands on.

Loading the statements belongs here; telling what is new or changed is the work of `mart_release_vintages`. Each release
carries the statements of its parents, so history follows the chain: a release that was rolled back and built past is not in it.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from warehouse.releases.reference_schema import REFERENCE
from warehouse.releases.twins import FOLDER
from warehouse.settings import Home

MART = "mart_release_vintages"


def statement_rows(releases: list[dict[str, Any]], home: Home) -> list[dict[str, Any]]:
    """The rows of `reference.release_statement`: those of the last release's parent; none where it has none to tell."""
    parent = releases[-1]["parent_release_id"] if releases else None
    path = home.releases / parent / FOLDER / f"{MART}.parquet" if parent else None
    if path is None or not path.exists():
        return []  # a release from before this mart
    # The twin: opening the database would read all its tables and comments.
    return pl.read_parquet(path, columns=list(REFERENCE["release_statement"])).to_dicts()
