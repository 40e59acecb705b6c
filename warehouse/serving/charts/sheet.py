"""The sheet of all kinds of pictures for the manual, from invented rows: `python -m warehouse.serving.charts.sheet OUT.png`.

Only examples belong here; nothing of the product uses them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from warehouse.gazetteer.tiles import load_tiles
from warehouse.serving import charts
from warehouse.serving.words import Tongue, tongue
from warehouse.settings import PROJECT

GAP, ACROSS = 40, 3


def examples(t: Tongue) -> list[charts.Picture]:
    """One picture of each kind; the figures describe nobody."""
    oblasts = [("Osh", 24400), ("Chui", 19700), ("Batken", 17300), ("Jalal-Abad", 16400), ("Naryn", None)]
    people = [{"name": n, "people": v, "is_suppressed": v is None} for n, v in oblasts]
    years = [
        {"year": y, "people": p, "cut": y == 2024}
        for y, p in ((2021, 15000), (2022, 26000), (2023, 48100), (2024, 36800))
    ]
    shares = [{"name": n, "share": s, "low": s - w, "high": s + w, "before": s * b, "before_low": s * b - w, "before_high": s * b + w}
              for n, s, w, b in (("Stay", 0.38, 0.03, 0.9), ("Go back", 0.22, 0.02, 1.1), ("Circulate", 0.21, 0.04, 1.0))]  # fmt: skip
    rounds = [{"round": f"Round {i}", "kind": k, "people": p, "category": c} for k, c, ps in
              (("Returned", "returned", (50, 85, 128, 110)), ("Internal", "internal", (30, 37, 44, 53))) for i, p in enumerate(ps, 1)]  # fmt: skip
    ages = [{"sex": s, "age_group": a, "individuals": n} for a, m, f in
            (("60+", 2400, 1100), ("45–59", 14400, 6600), ("30–44", 29900, 12700), ("18–29", 26600, 10500))
            for s, n in (("male", m), ("female", f))]  # fmt: skip
    parts = [{"who": w, "answer": a, "share": s} for w, ss in (("Women", (0.37, 0.23, 0.4)), ("Men", (0.45, 0.2, 0.35)))
             for a, s in zip(("Stay", "Go back", "Uncertain"), ss, strict=True)]  # fmt: skip
    links = [{"country_name": c, "individuals": n, "share_of_links": n / 192000} for c, n in
             (("Russian Federation", 167800), ("Türkiye", 6900), ("United States", 5400), ("Kazakhstan", 4900))]  # fmt: skip
    tiles = load_tiles(PROJECT / "operations" / "kgz")
    coded = [{"place_code": tile.place_code, "share": 0.05 + i * 0.03, "is_suppressed": i == 4}
             for i, tile in enumerate(tiles.tiles if tiles else [])]  # fmt: skip
    span: dict[str, Any] = {"low": "low", "high": "high", "unit": "share"}
    broken = [{"before": "Round 4", "text": "the window starts in 2022, before in 2020"}]
    made: list[Any] = [
        charts.bars(people, t, label="name", value="people", color="returned"),
        charts.columns(years, t, x="year", y="people", partial="cut"),
        charts.lines(rounds, t, x="round", y="people", series="kind", color_by="category", breaks=broken),
        charts.bars(shares, t, label="name", value="share", **span),
        charts.intervals(shares, t, label="name", value="share", **span),
        charts.dots(shares, t, label="name", before="before", after="share", before_name="Round 3", after_name="Round 4",
                    before_low="before_low", before_high="before_high", **span),
        charts.pyramid(ages, t), charts.stacked(parts, t, part="answer", value="share", group="who"),
        charts.links(links, t, color="emigrant"),
    ]  # fmt: skip
    return [
        *made,
        *([charts.tile_map(tiles, coded, t, value="share", unit="share", color="returned")] if tiles else []),
    ]


def sheet(pictures: list[charts.Picture], width: int = 440) -> str:
    """The narrow forms in columns, as one SVG."""
    foot, inside = [0.0] * ACROSS, []
    for picture in pictures:
        size = re.search(r'viewBox="0 0 (\S+) (\S+)"', picture.narrow_svg)
        assert size is not None
        column = foot.index(min(foot))
        inside.append(
            picture.narrow_svg.replace("<svg ", f'<svg x="{column * width + GAP}" y="{foot[column] + GAP}" ', 1)
        )
        foot[column] += float(size[2]) + GAP
    wide, tall = width * ACROSS + GAP, max(foot) + GAP
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{tall}" viewBox="0 0 {wide} {tall}">'
            f'<rect width="{wide}" height="{tall}" fill="#ffffff"/>{"".join(inside)}</svg>')  # fmt: skip


if __name__ == "__main__":
    import vl_convert

    Path(sys.argv[1]).write_bytes(vl_convert.svg_to_png(sheet(examples(tongue("en"))), scale=1))
