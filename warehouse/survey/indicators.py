"""What is asked for: `mean:api00`, `total:enroll`, `prop:sch_wide`, `ratio:api_stu/enroll`, `median:api00`, `quantile25:api00`.

Only the reading of these words belongs here; how each is estimated is in `estimators.py` and `quantiles.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from warehouse.errors import UsageError

Kind = Literal["mean", "total", "prop", "ratio", "quantile"]
FORMS = "mean:X, total:X, prop:X, ratio:A/B, median:X, quantile25:X"


@dataclass(frozen=True)
class Indicator:
    """One estimate to make. `text` is how it was asked for and comes back in the answers."""

    text: str
    kind: Kind
    column: str
    denominator: str = ""
    point: float = 0.5
    """Where the quantile lies: 0.25 is the first quarter."""


def parse_indicator(text: str) -> Indicator:
    """The indicator that a text asks for. Raises UsageError (exit 2)."""
    word, colon, column = (part.strip() for part in text.partition(":"))
    if not colon or not column:
        raise _unknown(text)
    if word in ("mean", "total", "prop"):
        return Indicator(text, word, column)  # type: ignore[arg-type]
    if word == "ratio":
        above, _, below = (part.strip() for part in column.partition("/"))
        if above and below and "/" not in below:
            return Indicator(text, "ratio", above, denominator=below)
        raise _unknown(text)
    if word == "median":
        return Indicator(text, "quantile", column)
    if found := re.fullmatch(r"quantile(\d{1,2}(?:\.\d+)?)", word):
        point = float(found[1]) / 100
        if 0 < point < 1:
            return Indicator(text, "quantile", column, point=point)
    raise _unknown(text)


def _unknown(text: str) -> UsageError:
    return UsageError(
        f"no indicator is called {text!r}", expected=FORMS, todo="see docs/estimates.md", code="unknown_indicator"
    )
