"""Layout drift of one sheet: rows that are not in its layout, with their people, and defects of whole columns.

Putting the searches together and into words belongs here; what each looks for is in its own module.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from warehouse.codebooks.match import SheetMatch
from warehouse.codebooks.model import Codebook
from warehouse.normalize.drift.cells import BLANK, DATE, DECIMAL, WHOLE, Cells, Vocabulary, read_cells
from warehouse.normalize.drift.counts import count_defects
from warehouse.normalize.drift.defects import SHIFTED, SORTED, SWAPPED, Defect
from warehouse.normalize.drift.foreign import Foreign, Verdict, people_in
from warehouse.normalize.drift.layouts import known_places
from warehouse.normalize.drift.names import name_defects
from warehouse.normalize.drift.relations import Relations, relations_of
from warehouse.normalize.drift.settings import bounds
from warehouse.normalize.findings import Findings
from warehouse.normalize.frame import TextFrame, text_frame
from warehouse.normalize.pieces import rows_of

ROWS = {"row_number": pl.Int64, "reason_code": pl.String, "column_label": pl.String}
LEARNED_FROM = 1_000_000  # cells of a large sheet, in rows at equal distances
FIRST_SERIAL = 20_000  # a date may stand as a spreadsheet's day number: 1954 and later
FOREIGN, MOVED, CELLS_SWAPPED = "foreign_layout_row", "shifted_row", "swapped_cells"
IN_OTHER_COLUMNS = [FOREIGN, MOVED, CELLS_SWAPPED]  # reasons: the row's values stand under other headers
WORDS = {
    SWAPPED: ("two columns are swapped: {labels}", "values under their own header", "put the columns right and deliver again"),
    SORTED: (
        "the values of {labels} stand in other rows than they belong to, as when one column is sorted alone",
        "every value in the row of its place",
        "sort whole rows only, or export again, and deliver again; where names repeat in several parents, accept it: mtm decide ROUND accept-finding",
    ),
    SHIFTED: (
        "the values of {labels} stand one row too high or too low", "every value in the row of its place",
        "move the cells back, or export again, and deliver again",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Drift:
    """What drifted in a sheet."""

    rows: pl.DataFrame  # row_number, reason_code, column_label of rows that are not in the sheet's layout
    people: dict[int, int | None] = field(default_factory=dict)  # row_number to individuals, as far as can be told
    notes: list[dict[str, Any]] = field(default_factory=list)  # arguments of Findings.add

    def tell(self, findings: Findings) -> None:
        """Add the notes to the round's findings."""
        for note in self.notes:
            findings.add(**note)


@dataclass(frozen=True)
class Trained:
    """What the columns of a large sheet hold, learned from rows of all its parts; None where they were too few."""

    search: Foreign | None = None
    vocabulary: Vocabulary | None = None


def train(match: SheetMatch, book: Codebook, leave: set[int]) -> Trained:
    """Learn from rows at equal distances. `leave`: numbers of rows that are no data."""
    step = max(1, (match.raw.height - match.first_row) * match.raw.width // LEARNED_FROM)
    numbers = [n for n in range(match.first_row + 1, match.raw.height + 1, step) if n not in leave]
    frame = text_frame(rows_of(match, numbers))
    if frame.data.height < bounds().least_rows.value or not match.columns:
        return Trained()
    cells = read_cells(frame, book)
    return Trained(Foreign(cells, relations_of(frame), _counted(frame, cells), bounds()), Vocabulary.of(cells))


def find_drift(
    frame: TextFrame, book: Codebook, number: int, leave: frozenset[int] = frozenset(), known: Trained | None = None
) -> Drift:
    """The drift of a matched sheet. `leave`: row numbers that a person accepted; they are judged as any other row.

    `known`: of the whole sheet, where the frame is a piece of it.
    """
    limits, known = bounds(), known or Trained()
    if frame.data.height < limits.least_rows.value or not frame.match.columns:
        return Drift(pl.DataFrame(schema=ROWS))
    cells, relations = read_cells(frame, book, known.vocabulary), relations_of(frame)
    search = Foreign(cells, relations, _counted(frame, cells), limits, known.search)
    left = np.isin(cells.row_numbers, np.array(sorted(leave), dtype=np.int64))
    verdicts = search.verdicts(lambda: known_places(frame, cells, book, number), left)
    trusted = np.ones(cells.height, bool)
    trusted[[v.row for v in verdicts]] = False
    own = cells.only(trusted)
    defects = [
        *count_defects(own.number[own.codes], relations, limits),
        *name_defects(frame, own, book, limits),
    ]
    drift = _told(frame, cells, search.kept(), verdicts, [(own, d) for d in defects])
    drift.notes.extend(_mixed_note(frame, search.mixed or _mistyped(frame, own, limits.most_foreign_share.value)))
    return drift


def _counted(frame: TextFrame, cells: Cells) -> np.ndarray[Any, np.dtype[np.bool_]]:
    flags = np.zeros(cells.width, bool)
    flags[[c.index for c in frame.match.columns if c.column.type in ("count", "number", "share")]] = True
    return flags


def _mistyped(frame: TextFrame, cells: Cells, most: float) -> int:
    """Rows with several cells that are not what the codebook says, where they are so many that habits tell nothing."""
    wrong = np.zeros((cells.height, cells.width), bool)
    kinds = cells.kinds()
    for c in frame.match.columns:
        if c.option is None and c.column.type in ("count", "number", "share"):
            wrong[:, c.index] = ~np.isin(kinds[:, c.index], (BLANK, WHOLE, DECIMAL))
        elif c.option is None and c.column.type in ("date", "datetime"):
            serial = cells.numbers(c.index) >= FIRST_SERIAL
            wrong[:, c.index] = ~np.isin(kinds[:, c.index], (BLANK, DATE)) & ~serial
    ordered = np.sort(np.where(wrong, cells.codes, -1), axis=1)
    different = ((ordered[:, 1:] != ordered[:, :-1]) & (ordered[:, 1:] >= 0)).sum(1) + (ordered[:, 0] >= 0)
    rows = int((different >= 2).sum())
    return rows if most * cells.height < rows < (1 - most) * cells.height else 0


def _told(
    frame: TextFrame, cells: Cells, relations: Relations, verdicts: list[Verdict], defects: list[tuple[Cells, Defect]]
) -> Drift:
    totals = [
        c.index for c in frame.match.columns
        if (m := c.column.measure) and m.dimension == "total" and m.unit == "individuals"
    ]  # fmt: skip
    rows = [(int(cells.row_numbers[v.row]), _code(v, verdicts), _label(cells, v.alien)) for v in verdicts]
    people = {int(cells.row_numbers[v.row]): people_in(cells, v, totals, relations) for v in verdicts}
    notes = [_block_note(frame, cells, part, people) for part in _blocks(verdicts)]
    notes += [_defect_note(frame, own, d) for own, d in defects]
    return Drift(pl.DataFrame(rows, schema=ROWS, orient="row"), people, notes)


def _code(verdict: Verdict, verdicts: list[Verdict]) -> str:
    """One row whose cells moved by some columns is shifted; a block in one place, or a known layout, is another layout."""
    place = verdict.place
    if place is not None and place.swap:
        return CELLS_SWAPPED
    if place is None or not place.shift or place.rounds:
        return FOREIGN
    same = [v for v in verdicts if v.place is not None and v.place.source.tobytes() == place.source.tobytes()]
    return FOREIGN if len(same) >= bounds().least_run.value else MOVED


def _blocks(verdicts: list[Verdict]) -> list[list[Verdict]]:
    """Verdicts of rows on end in the same place."""
    blocks: list[list[Verdict]] = []
    for v in verdicts:
        last = blocks[-1][-1] if blocks else None
        same = last is not None and last.row == v.row - 1 and _rounds(last) == _rounds(v)
        blocks[-1].append(v) if same else blocks.append([v])
    return blocks


def _rounds(verdict: Verdict) -> str:
    return verdict.place.rounds if verdict.place else ""


def _block_note(frame: TextFrame, cells: Cells, block: list[Verdict], people: dict[int, int | None]) -> dict[str, Any]:
    """One finding for rows on end: where they are, what they look like and whom they hold, as far as can be told."""
    first, last = int(cells.row_numbers[block[0].row]), int(cells.row_numbers[block[-1].row])
    counted = [people[int(cells.row_numbers[v.row])] for v in block]
    known = sum(n for n in counted if n is not None)
    what = f"rows {first} to {last} are" if last > first else f"row {first} is"
    what += " not in the layout of this sheet"
    rounds, place = _rounds(block[0]), block[0].place
    if rounds:
        what += f": looks like the layout of round {rounds.replace(',', ' or ')}"
    elif place is not None and place.swap:
        what += ": two cells are swapped"
    elif place is not None and place.shift:
        side = "right" if place.shift > 0 else "left"
        what += f": the cells stand {abs(place.shift)} columns too far to the {side}"
    untold = counted.count(None)
    what += f"; the people of {untold} rows can't be told" if untold else ""
    return {
        "code": "rows_in_another_layout", "severity": "block", "what": what,
        "expected": "every row in the columns of the header",
        "todo": "move the cells into their own columns or delete the rows, and deliver again",
        "sheet": frame.match.raw.name, "row_number": first, "column_label": _label(cells, block[0].alien),
        "rows": len(block), "people": None if untold == len(block) else known,
    }  # fmt: skip


def _mixed_note(frame: TextFrame, rows: int) -> list[dict[str, Any]]:
    """A finding where so many rows do not fit that none of them can be called foreign."""
    note = {
        "code": "mixed_layouts", "severity": "block",
        "what": "many rows do not fit the columns that the others have: the sheet holds more than one layout",
        "expected": "every row in the columns of the header", "todo": "deliver each layout in a file of its own",
        "sheet": frame.match.raw.name, "rows": rows,
    }  # fmt: skip
    return [note] if rows else []


def _defect_note(frame: TextFrame, cells: Cells, defect: Defect) -> dict[str, Any]:
    what, expected, todo = WORDS[defect.code]
    labels = (" or " if defect.code != SWAPPED else " and ").join(repr(_label(cells, c)) for c in defect.columns)
    whole = len(defect.rows) > 0.9 * cells.height
    first, last = (int(cells.row_numbers[defect.rows[i]]) for i in (0, -1))
    what = what.format(labels=labels) + ("" if whole else f", in rows {first} to {last}")
    return {
        "code": defect.code, "severity": "block", "what": what, "expected": expected, "todo": todo,
        "sheet": frame.match.raw.name, "row_number": None if whole else first,
        "column_label": _label(cells, defect.columns[0]), "rows": len(defect.rows),
    }  # fmt: skip


def _label(cells: Cells, column: int) -> str:
    return (
        cells.labels[column].strip()
        if column < cells.width and cells.labels[column].strip()
        else f"column {column + 1}"
    )
