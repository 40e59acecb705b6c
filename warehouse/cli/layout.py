"""How a table is laid on a width: columns as they are, long texts folded, or one block for each row.

Only counting and placing letters belongs here: no value is changed and nothing is cut. What a value looks like is said in
`cells.py`, writing happens in `output.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

GAPS = (2, 1)  # cells between columns; the second where a table fits only so
SHORT = 18  # cells: words up to here (names, codes) are not broken
NARROW = 14  # cells: a long text gets no narrower
TALL = 6  # lines: a row that would be taller is told as a block
Painter = Callable[[str, str, str], str]  # column, the cell's whole text, the piece of it on this line


@dataclass(frozen=True)
class Column:
    """A column: its name, its cells as texts, and whether they stand to the right."""

    name: str
    texts: list[str]
    right: bool = False

    @property
    def natural(self) -> int:
        """Cells that it takes unfolded."""
        return max(map(width, [self.name, *self.texts]))

    @property
    def least(self) -> int:
        """Cells that it takes at the least: numbers and names whole, texts folded between words."""
        head = max(map(width, _pieces(self.name)), default=1)
        body = max(map(width, self.texts), default=0)
        if self.right:
            return max(head, body)
        words = max((width(w) for text in self.texts for w in text.split(" ")), default=0)
        return max(head, words if body <= SHORT else min(body, max(NARROW, min(words, SHORT))))


def width(text: str) -> int:
    """Cells of a terminal that a text takes: wide characters are two, marks above a letter none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def lines(columns: Sequence[Column], room: int | None, paint: Painter, heads: Painter | None = None) -> list[str]:
    """The lines of a table in `room` cells; without `room` (a pipe) one line a row, however long."""
    heads = heads or (lambda _, __, piece: piece)
    if room is None:
        return _side_by_side(columns, [c.natural for c in columns], GAPS[0], paint, heads)
    for gap in GAPS:
        if widths := _widths(columns, room, gap):
            return _side_by_side(columns, widths, gap, paint, heads)
    return _blocks(columns, room, paint, heads)


def _side_by_side(columns: Sequence[Column], widths: list[int], gap: int, paint: Painter, heads: Painter) -> list[str]:
    found = _row([c.name for c in columns], columns, widths, heads, gap, head=True)
    for row in zip(*(c.texts for c in columns), strict=True):
        found += _row(row, columns, widths, paint, gap)
    return found


def _widths(columns: Sequence[Column], room: int, gap: int) -> list[int] | None:
    """Cells for each column, or None where they don't fit side by side: the small wishes are met first."""
    least, natural = [c.least for c in columns], [c.natural for c in columns]
    free = room - gap * (len(columns) - 1) - sum(least)
    if free < 0:
        return None
    given = list(least)
    wishes = sorted((n - m, i) for i, (m, n) in enumerate(zip(least, natural, strict=True)))
    for left, (wish, i) in zip(range(len(wishes), 0, -1), wishes, strict=True):
        more = min(wish, free // left)
        given[i], free = given[i] + more, free - more
    tallest = max((len(fold(t, w)) for c, w in zip(columns, given, strict=True) for t in c.texts), default=1)
    return given if tallest <= TALL else None


def _row(
    texts: Sequence[str], columns: Sequence[Column], widths: Sequence[int], paint: Painter, gap: int, head: bool = False
) -> list[str]:
    folded = [(_fold_head if head else fold)(t, w) for t, w in zip(texts, widths, strict=True)]
    height, found = max(map(len, folded)), []
    for n in range(height):
        cells = []
        for text, pieces, c, w in zip(texts, folded, columns, widths, strict=True):
            at = n - (height - len(pieces)) if head else n  # a heading stands at the foot of its cell
            piece = pieces[at] if 0 <= at < len(pieces) else ""
            space = " " * (w - width(piece))
            shown = paint(c.name, text, piece)
            cells.append(space + shown if c.right else shown + space)
        found.append((" " * gap).join(cells).rstrip())
    return found


def _blocks(columns: Sequence[Column], room: int, paint: Painter, heads: Painter) -> list[str]:
    """Each row as lines of `name: value`, after a line that parts it from the one before."""
    names = min(max(width(c.name) for c in columns) + 1, max(room // 2, 8))
    found = []
    for n in range(len(columns[0].texts)):
        found.append(heads("", "", f"── {n + 1} ".ljust(min(room, 40), "─")))
        for c in columns:
            label, *more = fold(f"{c.name}:", names)
            values = fold(c.texts[n], max(room - names - 1, 8))
            value = paint(c.name, c.texts[n], values[0])
            found.append(f"{heads(c.name, c.name, label)}{' ' * (names - width(label) + 1)}{value}".rstrip())
            found += [" " * (names + 1) + paint(c.name, c.texts[n], v) for v in values[1:]]
            found += more
    return found


def fold(text: str, room: int) -> list[str]:
    """A text on lines of at most `room` cells, between words; a longer word is broken where it has to be."""
    room, done, line = max(room, 2), [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer) <= room:
            line = longer
            continue
        done += [line] if line else []
        *full, line = _broken(word, room)
        done += full
    return [*done, line]


def _broken(word: str, room: int) -> list[str]:
    """A word in pieces of at most `room` cells, after a sign that joins where there is one in its second half."""
    pieces = []
    while width(word) > room:
        end = used = 0
        while end < len(word) and used + width(word[end]) <= room:
            used, end = used + width(word[end]), end + 1
        marks = [m.end() for m in re.finditer(r"[-_/.,;:=]", word[:end]) if m.end() > end // 2]
        end = marks[-1] if marks else end
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def _pieces(name: str) -> list[str]:
    return re.findall(r"[^ _]*_|[^ _]+", name)


def _fold_head(name: str, room: int) -> list[str]:
    """A heading folds between words, and after the underscores of a column's name."""
    done, line = [], ""
    for piece in re.findall(r"[^ _]*_|[^ _]+| ", name):
        if width(line + piece) > room and line.strip():
            done.append(line.rstrip())
            line = ""
        line = (line + piece) if line else piece.lstrip()
    return [*done, line.rstrip()]


__all__ = ["Column", "fold", "lines", "width"]
