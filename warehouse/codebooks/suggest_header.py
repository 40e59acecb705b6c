"""Where the table of an unknown file is: its sheet, its header row, and why.

Choosing the sheet and the row belongs here; what the columns are does not.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from warehouse.codebooks.folding import fold_label
from warehouse.codebooks.match import header_labels
from warehouse.codebooks.model import Sheet
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.errors import UnreadableDelivery

SEARCH = 30
VALUE = re.compile(r"[-+]?[\d\s.,:/%-]+")


@dataclass(frozen=True)
class Header:
    """A header: `row` is 0-based, `labels` joined over `rows` rows."""

    raw: RawSheet
    row: int
    rows: int
    labels: list[str]
    why: str
    points: float = 0.0

    @property
    def first(self) -> int:
        """Index of the first row below the header."""
        return self.row + self.rows


def find_header(sheets: list[RawSheet], name: str, known: Collection[str]) -> Header:
    """The likeliest header of all sheets. `known`: folded labels of codebooks and of the common list.

    Raises UnreadableDelivery where no row can be one.
    """
    found = [h for raw in sheets for i in range(min(SEARCH, raw.height)) if (h := _header(raw, i, known))]
    if not found:
        raise UnreadableDelivery(
            "no row of the file looks like a header", where=name, expected="a row of at least two different texts above the data",
            todo="look at it with mtm read, and write the codebook by hand", code="no_header",
        )  # fmt: skip
    return max(found, key=lambda h: h.points)


def _header(raw: RawSheet, row: int, known: Collection[str]) -> Header | None:
    texts = [t.strip() for t in raw.texts(row)]
    given = [t for t in texts if t]
    words = [t for t in given if not VALUE.fullmatch(t)]
    below = [raw.texts(i) for i in range(row + 1, min(row + 6, raw.height))]
    filled = max((sum(1 for t in r if t.strip()) for r in below), default=0)
    if len(words) < 2 or len(words) < 0.7 * len(given) or filled < 2:
        return None
    hits = sum(fold_label(t) in known for t in given)
    numbers = sum(any(t.strip() and VALUE.fullmatch(t.strip()) for t in column) for column in zip(*below, strict=False))
    unique = len({fold_label(t) for t in given}) / len(given)
    points = 4 * hits + len(words) / max(1, raw.width) * 3 + unique * 2 + min(numbers, 3) - row * 0.05
    points += min(3.0, raw.height / 50) - (1.5 if numbers == 0 else 0)
    start, rows, labels, joined = _two_rows(raw, row, texts)
    why = f"row {start + 1} of sheet {raw.name!r}: {len(given)} texts, {hits} of them known labels, data below"
    return Header(raw, start, rows, labels, why + joined, points)


def _two_rows(raw: RawSheet, row: int, texts: list[str]) -> tuple[int, int, list[str], str]:
    """First row, number of rows, labels, and why: two rows where labels repeat in one and not in both together."""
    given = [fold_label(t) for t in texts if t]
    if len(set(given)) < len(given) or len(given) < raw.width:  # merged cells leave blanks
        for start in (row - 1, row):
            if start < 0 or start + 1 >= raw.height or not all(_only_words(raw, i) for i in (start, start + 1)):
                continue
            joined = header_labels(Sheet(name="header", header_rows=2), raw, start)
            folded = [fold_label(t) for t in joined if t]
            if len(set(folded)) == len(folded) and len(folded) > len(set(given)):
                other = start + 1 if start < row else start + 2
                return (
                    start,
                    2,
                    joined,
                    f"; labels repeat there, and together with row {other} they do not: two header rows",
                )
    return row, 1, texts, ""


def _only_words(raw: RawSheet, row: int) -> bool:
    """Whether a row holds at least two texts and no value."""
    given = [t for t in raw.texts(row) if t.strip()]
    return len(given) >= 2 and not any(VALUE.fullmatch(t.strip()) for t in given)
