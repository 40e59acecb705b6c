"""What a report is made of: paragraphs, tables, charts, lists and notes on what is absent, without any HTML.

Only the shapes belong here. Sections make them, `page.py` writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from warehouse.serving.report.cells import MISSING, NOT_ASKED, WITHHELD, Cell

if TYPE_CHECKING:
    from warehouse.serving.charts import Picture

Text = Any  # str, Markup (of `phrase`) or Cell: whatever Jinja escapes and writes


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `kind` is empty, `lead` (the finding, larger) or `caution` (what must not be read into the figures)."""

    text: Text
    kind: str = ""


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: Sequence[Text]


@dataclass(frozen=True)
class Found:
    """Sentences by population category: (its code, its name, the sentences)."""

    items: Sequence[tuple[str, Text, Sequence[Text]]]


@dataclass(frozen=True)
class Terms:
    """Terms and what they mean; `brief` ones are labels with a figure, many beside each other."""

    items: Sequence[tuple[Text, Text]]
    brief: bool = False


@dataclass(frozen=True)
class Table:
    """A table: `head` names the columns, the first cell of each row is the row's heading. Cells are `Cell`s or texts.

    `groups` go above the head, each over the columns after it: (name, how many columns), starting with the second column.
    `folded` tables stand in a <details> that opens by a click, and in print.
    """

    caption: Text
    head: Sequence[Text]
    rows: Sequence[Sequence[Text]]
    marts: Sequence[str] = ()
    notes: Sequence[Text] = ()
    groups: Sequence[tuple[Text, int]] = ()
    folded: bool = False

    @property
    def cells(self) -> list[Cell]:
        """Its figures."""
        return [c for row in self.rows for c in row if isinstance(c, Cell)]

    @property
    def has_withheld(self) -> bool:
        """Whether a figure of it is withheld: then the table says what the word means."""
        return any(c.state == WITHHELD for c in self.cells)

    @property
    def has_missing(self) -> bool:
        """Whether a figure of it was not told, or not asked: then the table says what the dash means."""
        return any(c.state in (MISSING, NOT_ASKED) for c in self.cells)

    def is_number(self, index: int) -> bool:
        """Whether the column holds figures (it is set to the right)."""
        return index in self._numbers

    @cached_property
    def _numbers(self) -> frozenset[int]:
        return frozenset(i for row in self.rows for i, c in enumerate(row) if isinstance(c, Cell) and c.form != "text")


@dataclass(frozen=True)
class Chart:
    """A picture with the finding as its title, and the table that has the same numbers (folded under it, or shown)."""

    title: Text
    picture: Picture
    table: Table
    subtitle: Text = ""
    notes: Sequence[Text] = ()
    anchor: str = ""


@dataclass(frozen=True)
class Side:
    """Blocks that stand beside each other where there is room."""

    blocks: Sequence[Any]


@dataclass(frozen=True)
class Sub:
    """A part of a section with a heading of its own (h3)."""

    title: Text
    blocks: Sequence[Any]
    accent: str = ""  # population category whose colour it has
    code: str = ""


@dataclass(frozen=True)
class Part:
    """A section of the report: a heading in the list of contents (h2) and its blocks.

    `code` is its anchor. `absent`: tables that the round does not have, as sentences with the reason; they are listed
    together in the chapter on method, so that no heading stands above nothing.
    """

    code: str
    title: str
    blocks: Sequence[Any] = ()
    absent: Sequence[Text] = field(default_factory=tuple)


@dataclass(frozen=True)
class Card:
    """A headline: what it is, the figure, and short lines under it (the interval, what was published)."""

    label: Text
    figure: Cell
    lines: Sequence[Text] = ()
    accent: str = ""


@dataclass(frozen=True)
class Cards:
    """Headlines beside each other."""

    items: Sequence[Card]

    @property
    def across(self) -> int:
        """How many stand in a line where there is room: no line is left with one alone."""
        n = len(self.items)
        return n if n <= 5 else next((k for k in (4, 5, 3) if n % k == 0), 4)
