"""The picture of docs/scaling.md: how long deliveries wait, by how many come each day, in each layout of homes.

Drawing belongs here; what is drawn is simulated by `queue.py`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from warehouse.bench.capacity.queue import simulate
from warehouse.bench.capacity.slopes import slopes
from warehouse.bench.capacity.waiting import theory
from warehouse.settings import PROJECT

FILE = PROJECT / "docs" / "images" / "waiting.png"
SHARES = [0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.97]
DELIVERIES = 6_000  # about as many are simulated for each point
COLOURS = ["#b2182b", "#e08214", "#8073ac", "#4393c3", "#1a6e5c"]


def points() -> list[dict[str, Any]]:
    """One row per layout and rate: what 95 % of deliveries do not exceed, in minutes."""
    from warehouse.bench.capacity.page import layouts

    rows = []
    for name, plan in layouts().items():
        most = theory(plan, slopes()).most_per_day
        for share in SHARES:
            days = min(400, max(8, int(DELIVERIES / (share * most))))
            at = replace(plan, per_day=share * most, days=days)
            answer = simulate(at, slopes())
            if answer.empties:
                rows.append({"layout": name, "per_day": at.per_day, "minutes": answer.waited(0.95) / 60})
    return rows


def draw(path: Path = FILE) -> None:
    """Write the picture."""
    import altair as alt
    import vl_convert

    rows = points()
    names = list(dict.fromkeys(row["layout"] for row in rows))
    colour = alt.Color("layout:N", sort=names, scale=alt.Scale(domain=names, range=COLOURS), legend=alt.Legend(title=None, orient="bottom", columns=2, labelLimit=400, labelFontSize=12))  # fmt: skip
    lines = alt.Chart(alt.Data(values=rows)).mark_line(point=alt.OverlayMarkDef(size=28), strokeWidth=2.5).encode(
        alt.X("per_day:Q", scale=alt.Scale(type="log", nice=False), axis=alt.Axis(title="deliveries a day, of 1,000 operations together", format=",d")),
        alt.Y("minutes:Q", scale=alt.Scale(type="log"), axis=alt.Axis(title="minutes until the run starts: 95 % wait less", format="~g")),
        colour, order="per_day:Q",
    )  # fmt: skip
    mark = alt.Chart(alt.Data(values=[{"x": 1000, "text": "a delivery a day from each"}]))
    rule = mark.mark_rule(strokeDash=[4, 4], color="#555").encode(alt.X("x:Q"))
    text = mark.mark_text(align="left", dx=5, baseline="top", y=4, color="#555").encode(alt.X("x:Q"), text="text:N")
    title = alt.TitleParams("Where each layout of homes stops keeping up", subtitle="simulated; each home holds its share of 12,000 rounds. A line ends where its queue no longer empties", anchor="start")  # fmt: skip
    chart = (lines + rule + text).properties(width=680, height=380, title=title).configure_view(stroke=None)
    path.write_bytes(vl_convert.vegalite_to_png(chart.to_json(), scale=1.5))


if __name__ == "__main__":
    draw()
