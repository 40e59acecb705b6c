"""Again: the same bytes a second time, and a delivery in which one cell was corrected, beside the round that was new.

Making the corrected workbook belongs here; both are received and run as any delivery.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from warehouse.bench.figure import Figure, figure
from warehouse.bench.homes import ROUND, SEED, Homes
from warehouse.bench.measure import Cost, Worker, failed, median, ratio

CELL = re.compile(rb'(<c r="[A-Z]+\d+"[^>]*><v>)(\d{1,3})(</v></c>)')


def again(homes: Homes, turns: int) -> list[Figure]:
    """A BMA round that is new, the same bytes, one cell corrected; in turns, in one warm process, on one base."""
    fresh, same, cell = list[Cost](), list[Cost](), list[Cost]()
    homes.restore()
    with Worker(**homes.environment) as line:
        for turn in range(turns + 1):
            homes.restore()
            path = homes.delivery("bma", ROUND, SEED + turn)
            corrected = one_cell(path, homes.work / "corrected" / path.name)
            costs = [
                _taken(line, path, "published"),
                _taken(line, path, "unchanged"),
                _taken(line, corrected, "published"),
            ]
            for kept, cost in zip((fresh, same, cell), costs, strict=True) if turn else ():
                kept.append(cost)
    whole = median(fresh)
    return [
        figure("again_same_bytes", median(same), whole, ratio(same, fresh)),
        figure("again_one_cell", median(cell), whole, ratio(cell, fresh)),
    ]


def _taken(line: Worker, path: Path, outcome: str) -> Cost:
    cost = line.call("bench.line:take", path=str(path))
    if cost.answer["outcome"] != outcome:
        raise failed(f"a round that is {outcome}", f"it was {cost.answer['outcome']}")
    return cost


def one_cell(path: Path, to: Path) -> Path:
    """A copy of a workbook in which one count is one more: the last small number of its largest sheet of interviews."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in book.namelist():
            content = book.read(name)
            if name == "xl/worksheets/sheet2.xml":  # after the sheet that tells what the file is
                content = _one_more(content)
            copy.writestr(name, content)
    return to


def _one_more(sheet: bytes) -> bytes:
    cells = [m for m in CELL.finditer(sheet) if b'r="A' not in m[1]]
    if not cells:
        raise failed("a corrected cell", "the workbook has no number to correct")
    chosen = cells[len(cells) // 2]
    more = str(int(chosen[2]) + 1).encode()
    return sheet[: chosen.start(2)] + more + sheet[chosen.end(2) :]
