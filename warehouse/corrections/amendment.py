"""A corrected report that comes back: how it is known, and what it says it amends.

The hidden sheet of the report's workbook belongs here, written and read in one place; putting the rows back into their
delivery is in `amend.py`.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.errors import UnreadableDelivery

if TYPE_CHECKING:
    from warehouse.deliveries.vault import Delivery

MARKER = "_mtm"  # the hidden sheet
KEY = "mtm_amends"
VERSION = 1
LEADING = 4  # columns of the report in front of the delivery's own: row number, reason, column, what to do
_ROUND = re.compile(r"[a-z0-9]+-[a-z]+-r\d{2,9}")
_LOOK = 2**20  # bytes of a workbook's list of sheets that are looked at


@dataclass(frozen=True)
class Amendable:
    """A sheet of the report that holds rows of a delivered sheet. `header_row` is its first header row, 1-based."""

    title: str
    sheet: str
    header_row: int
    header_rows: int
    width: int


@dataclass(frozen=True)
class Stamp:
    """What a corrected report amends."""

    round_key: str
    delivery_id: str
    sheets: list[Amendable]


def marker_rows(delivery: Delivery, sheets: list[Amendable]) -> list[list[str | int]]:
    """The cells of the hidden sheet."""
    rows: list[list[str | int]] = [[KEY, VERSION], ["round", delivery.round_key], ["delivery", delivery.delivery_id]]
    for s in sheets:
        rows.append(["sheet", s.title, s.sheet, s.header_row, s.header_rows, s.width])
    return rows


def is_amendment(path: Path) -> bool:
    """Whether this is a report that comes back: a workbook with the hidden sheet. Looks at the list of sheets only."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in ("xl/workbook.xml", "content.xml"):
                if name in archive.namelist():
                    with archive.open(name) as member:
                        return f'name="{MARKER}"'.encode() in member.read(_LOOK)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        pass  # whoever reads it will say what is wrong with it
    return False


def read_stamp(sheets: list[RawSheet], name: str) -> Stamp:
    """What the hidden sheet says. Raises UnreadableDelivery where it is damaged."""
    marker = next((s for s in sheets if s.name == MARKER), None)
    rows = [marker.texts(i) for i in range(marker.height)] if marker else []
    try:
        facts = {row[0]: row[1] for row in rows if row[0] != "sheet"}
        if facts[KEY] != str(VERSION) or not _ROUND.fullmatch(facts["round"]):
            raise ValueError
        found = [Amendable(r[1], r[2], int(r[3]), int(r[4]), int(r[5])) for r in rows if r[0] == "sheet"]
        if any(not (0 < s.header_rows <= 20 and 0 < s.header_row <= 2**20 and 0 < s.width <= 2**14) for s in found):
            raise ValueError  # no report of ours says so: whoever wrote this, it is not worked on
        return Stamp(facts["round"], facts["delivery"], found)
    except (KeyError, IndexError, ValueError):
        raise UnreadableDelivery(
            "this is a report that comes back, and its hidden sheet is damaged", where=f"{name}, sheet {MARKER}",
            expected="the workbook as mtm rejected --format xlsx wrote it, with corrected cells",
            todo="ask for the report again, and correct its cells without touching other sheets", code="amend_damaged",
        ) from None  # fmt: skip
