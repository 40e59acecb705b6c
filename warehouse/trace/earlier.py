"""What earlier releases stated: their manifests, and the figures in their own folders, as far as these are kept.

Only earlier releases are read here; they are never changed.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from warehouse.releases.manifest import FILE
from warehouse.releases.serving import DATABASE, SCHEMA
from warehouse.settings import Home
from warehouse.trace.figure import Figure
from warehouse.trace.headline import Served
from warehouse.trace.key import Row

WHOLE = {"sex": "all", "age_group": "all"}


def manifest_of(home: Home, mart: str, row: Row) -> list[Row]:
    """The manifest that a row about a release comes from."""
    if mart not in ("mart_releases", "mart_release_vintages"):
        return []
    name = f"published/releases/{row['release_id']}/{FILE}"
    kept = (home.releases / str(row["release_id"]) / FILE).exists()
    return [
        {
            "file": name if kept else f"{name} (no longer kept; its statement stands in the manifests after it)",
            "line": None,
        }
    ]


def stated(home: Home, mart: str, row: Row) -> Iterator[Figure]:
    """A row of mart_release_vintages: the same figure in the release that stated it."""
    folder = home.releases / str(row.get("release_id"))
    if mart != "mart_release_vintages" or not (folder / DATABASE).exists():
        return
    key = {"round_key": row["round_key"], "place_code": row["place_code"]}
    category, code = row["population_category"], str(row["figure_code"])
    with duckdb.connect(str(folder / DATABASE), read_only=True) as con:
        con.execute(f"USE {SCHEMA}")
        at = Served(con)
        if code == "total":
            found = at.value("mart_population", "individuals", population_category=category, **key, **WHOLE)
        elif category == "returned":
            found = at.value("mart_returns_by_year", "individuals", return_year=int(code), **key)
        elif category == "emigrant":
            found = at.value("mart_departures_by_year", "individuals", departure_year=int(code), **key)
        else:
            found = at.value(
                "mart_population_breakdown",
                "individuals",
                population_category=category,
                dimension="year",
                item=code,
                **key,
            )
    # A withdrawn statement has no figure in its release, and what is withheld today is withheld here too.
    known = found.value if row["individuals"] is not None else None
    yield Figure(
        "individuals", row["individuals"], f"as release {row['release_id']} stated it", known, made_of=found.made_of
    )
