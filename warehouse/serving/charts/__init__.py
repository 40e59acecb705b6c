"""Charts and maps from plain rows: each function takes rows of a mart and a language, and gives a `Picture`.

What pictures the report, the site and the docs share belongs here. Which figures are drawn, and the titles and notes
around a picture, belong to whoever shows it.

Common to all: `rows` are dictionaries as a mart has them; `t` is the `Tongue`. A field that names things may be a stem:
`label="place_name"` takes `place_name_ky`. A row with `is_suppressed` is drawn hatched with the word "withheld" and
carries no number, not even in the picture's data; a row without a figure is hollow with "no figure". `unit` is `count`
(default), `share` (0 to 1), `percent` (0 to 100) or `number` (one digit); `digits` fixes the digits after the point.
`alt` is the subject of the picture, in the language; the finding (rows, largest, smallest, withheld) is added to it.
`color` is a population category, sex or role of `look/palette.yml`, or `#rrggbb`; `color_by` a field that holds one.
`note` is a field with a few words that stand behind a figure (`n 66`).

A `Picture` has `.alt`, `.svg` (680 px wide), `.narrow_svg` (340 px, for phones), `.html()` with both (classes
`picture-wide` and `picture-narrow`), `.png(scale, narrow=)`, `.spec` and `.narrow_spec` (Vega-Lite). Rendering is lazy.
"""

from __future__ import annotations

from warehouse.gazetteer.tiles import Tiles, load_tiles
from warehouse.serving.charts.bars import bars, grouped_bars
from warehouse.serving.charts.boundary import boundary_map
from warehouse.serving.charts.columns import columns
from warehouse.serving.charts.dots import dots
from warehouse.serving.charts.intervals import intervals
from warehouse.serving.charts.lines import lines
from warehouse.serving.charts.links import links
from warehouse.serving.charts.palette import palette
from warehouse.serving.charts.picture import Picture
from warehouse.serving.charts.pyramid import pyramid
from warehouse.serving.charts.stacks import stacked
from warehouse.serving.charts.tiles import tile_map

__all__ = [
    "Picture", "Tiles", "bars", "boundary_map", "columns", "dots", "grouped_bars", "intervals", "lines", "links",
    "load_tiles", "palette", "pyramid", "stacked", "tile_map",
]  # fmt: skip
