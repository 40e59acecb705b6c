"""What a round has still to reach, by name: for the field, inside only (table `collection_missing`).

Telling what is missing belongs here. Three sources, said in `source`: communities that the plan names; places whose number is
planned and not reached; and where neither names communities, those that the round before assessed and this one has not yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from warehouse.deliveries.vault import Delivery
from warehouse.gazetteer.store import gazetteer_rows
from warehouse.normalize.run import Normalized
from warehouse.operations import Operation, load_operation
from warehouse.plan import PlanRow, plan_of
from warehouse.releases.manifest import current_manifest
from warehouse.settings import Home

MISSING: dict[str, Any] = {
    "round_key": pl.String,
    "source": pl.String,  # plan | number | before
    "place_code": pl.String,
    "place_level": pl.Int64,
    "place_name_en": pl.String,
    "place_name_ru": pl.String,
    "place_name_ky": pl.String,
    "oblast": pl.String,
    "rayon": pl.String,
    "missing_communities": pl.Int64,  # null for `before`: nobody planned them by name
    "missing_interviews": pl.Int64,
    "before_round_key": pl.String,  # the round that assessed it
}
Names = dict[str, dict[str, Any]]


def missing_places(home: Home, normalized: Normalized, progress: pl.DataFrame) -> pl.DataFrame:
    """The table for one round. `progress`: its rows of mart_collection_progress, with nothing withheld."""
    operation, d = load_operation(normalized.delivery.operation), normalized.delivery
    places = _gazetteer(operation, home, d) | _places(normalized.table("place")) | _places(progress)
    plan = plan_of(operation, d.component, d.round_number)
    rows = [*_of_plan(plan, normalized, places), *_of_numbers(plan, progress, places)]
    is_survey = progress.filter(pl.col("progress_unit") == "interviews").height > 0
    if not is_survey and not any(row["source"] == "plan" for row in rows):
        rows += list(_of_before(home, operation, normalized))
    table = pl.DataFrame([{"round_key": d.round_key} | row for row in rows], schema=MISSING, orient="row")
    return table.sort("source", "oblast", "rayon", "place_name_en", "place_code", nulls_last=True)


def _of_plan(plan: list[PlanRow], normalized: Normalized, places: Names) -> Iterator[dict[str, Any]]:
    """Communities that the plan names and that no accepted row is of."""
    reached = set(normalized.table("assessment")["place_code"])
    parents = {r.place_code: r.parent_code for r in plan if r.parent_code}
    for row in plan:
        if row.communities == 1 and row.place_name and row.place_code not in reached:
            named = places.get(row.place_code) or dict.fromkeys(("en", "ru", "ky"), row.place_name)
            yield _row("plan", row.place_code, named, places, parents) | {"missing_communities": 1}


def _of_numbers(plan: list[PlanRow], progress: pl.DataFrame, places: Names) -> Iterator[dict[str, Any]]:
    """Places whose planned number is not reached: those of the plan that have no others of it in them, else the finest planned."""
    named = {r.place_code for r in plan if r.communities == 1 and r.place_name}
    if named:
        return
    listed = {r.place_code for r in plan}
    planned = progress.filter(pl.col("planned_communities").is_not_null() | pl.col("planned_interviews").is_not_null())
    finest = planned.filter(pl.col("place_code").is_in(list(listed))) if listed else planned
    if not listed and planned.height:
        finest = planned.filter(pl.col("place_level") == pl.col("place_level").max())
    for row in finest.iter_rows(named=True):
        communities, interviews = (
            row["communities_missing"],
            (row["planned_interviews"] or 0) - (row["interviews"] or 0),
        )
        if (communities or 0) > 0 or interviews > 0:
            told = _row("number", row["place_code"], places[row["place_code"]], places, {})
            yield told | {
                "missing_communities": communities or None,
                "missing_interviews": interviews if interviews > 0 else None,
            }


def _of_before(home: Home, operation: Operation, normalized: Normalized) -> Iterator[dict[str, Any]]:
    """Communities of the round before, as it is published, that this round has not reached."""
    d, served = normalized.delivery, current_manifest(home)
    known = {v.round_key: v for v in served.rounds} if served else {}
    numbers = [r.number for r in operation.rounds if r.component == d.component and r.number < d.round_number]
    before = next(
        (v for n in sorted(numbers, reverse=True) if (v := known.get(f"{d.operation}-{d.component}-r{n:02d}"))), None
    )
    folder = home.normalized / before.round_key / before.normalized_id if before else None
    if before is None or folder is None or not (folder / "place.parquet").exists():
        return
    places = _places(pl.read_parquet(folder / "place.parquet", glob=False))
    codes = set(pl.read_parquet(folder / "assessment.parquet", glob=False)["place_code"]) - {None}
    for code in sorted(codes - set(normalized.table("assessment")["place_code"])):
        yield _row("before", code, places[code], places, {}) | {"before_round_key": before.round_key}


def _places(table: pl.DataFrame) -> Names:
    """Place code to level, parent and names."""
    names = [pl.col(f"place_name_{lang}").alias(lang) for lang in ("en", "ru", "ky")]
    rows = table.select("place_code", "place_level", "parent_code", *names)
    return {row["place_code"]: row for row in rows.iter_rows(named=True)}


def _gazetteer(operation: Operation, home: Home, delivery: Delivery) -> Names:
    """The places that the gazetteer knows on the round's vintage."""
    vintage = operation.round(delivery.component, delivery.round_number).geography_vintage
    return {
        row["place_code"]: {
            "place_level": int(row["place_level"]), "parent_code": row["parent_code"],
            **{lang: row.get(f"place_name_{lang}") or row.get("place_name_en") for lang in ("en", "ru", "ky")},
        }
        for row in gazetteer_rows(operation, home)
        if vintage in (None, row.get("geography_vintage"))
    }  # fmt: skip


def _row(source: str, code: str, named: dict[str, Any], places: Names, parents: dict[str, str]) -> dict[str, Any]:
    """A row with the names of the oblast and the rayon that it lies in; what is not known stays null."""
    above, at = {}, code
    while at:
        place = places.get(at, {})
        above[place.get("place_level")] = place.get("en")
        at = place.get("parent_code") or parents.get(at) or ""
    return dict.fromkeys(list(MISSING)[1:]) | {
        "source": source, "place_code": code, "place_level": named.get("place_level"), "oblast": above.get(1), "rayon": above.get(2),
        **{f"place_name_{lang}": named.get(lang) or named.get("en") for lang in ("en", "ru", "ky")},
    }  # fmt: skip
