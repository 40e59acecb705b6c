"""Maps of the places of a round: real boundaries where this installation has them, else the tile map of the operation.

Choosing the map belongs here; drawing it belongs to the charts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.serving.charts import Picture
    from warehouse.serving.report.facts import Facts, Row
    from warehouse.serving.words import Tongue


def level_map(facts: Facts, rows: Sequence[Row], t: Tongue, *, value: str, alt: str, **more: Any) -> Picture | None:
    """A map of rows of one place level; None where there are neither boundaries nor tiles for them."""
    from warehouse.serving.charts import tile_map

    drawn = _on_boundaries(facts, rows, t, value=value, alt=alt, **more)
    if drawn is not None:
        return drawn
    tiles = facts.tiles
    codes = {str(row["place_code"]) for row in rows}
    if tiles is None or not codes <= tiles.by_code.keys():
        return None
    return tile_map(tiles, list(rows), t, value=value, alt=alt, **more)


def _on_boundaries(facts: Facts, rows: Sequence[Row], t: Tongue, **asked: Any) -> Picture | None:
    from warehouse.serving.charts import boundary_map
    from warehouse.settings import Home

    level = next((row["place_level"] for row in rows), None)
    path = Home.from_env().boundaries / str(facts.round["operation"]) / f"level{level}.geojson"
    if not path.is_file():
        return None
    shapes = json.loads(path.read_text(encoding="utf-8"))
    known = {str(feature["properties"]["place_code"]) for feature in shapes["features"]}
    return (
        boundary_map(shapes, list(rows), t, **asked) if any(str(row["place_code"]) in known for row in rows) else None
    )
