"""The ranking of countries: people and their share, the largest first.

Only the choice of what is written belongs here; the drawing is that of bars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.serving.charts.bars import bars
from warehouse.serving.charts.entries import Rows, number_of, state_of
from warehouse.serving.charts.lettering import written
from warehouse.serving.charts.picture import Picture

if TYPE_CHECKING:
    from warehouse.serving.words import Tongue


def links(
    rows: Rows, t: Tongue, *, label: str = "country_name", value: str = "individuals", share: str = "share_of_links",
    alt: str = "", color: str = "", color_by: str | None = None, first: int | None = None,
) -> Picture:  # fmt: skip
    """See the package."""
    ranked = sorted(rows, key=lambda r: (state_of(r, value) != "shown", -(number_of(r, value) or 0)))
    listed = [{**row, "share_text": written(number_of(row, share), "share", t) if number_of(row, share) is not None else ""}
              for row in ranked]  # fmt: skip
    kept = listed[:first]
    more = len(listed) - len(kept)
    drawn = bars(kept, t, label=label, value=value, note="share_text", alt=alt, color=color, color_by=color_by)
    if not more:
        return drawn
    rest = t.count("{n} more country is not drawn.", "{n} more countries are not drawn.", more)
    return Picture(f"{drawn.alt} {rest}", drawn.draw)
