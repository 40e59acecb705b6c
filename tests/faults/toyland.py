"""A country of a dozen places with tiny rounds, so that a round runs in seconds. Its deliveries hold planted identifiers.

The deliveries and what a release of them must say belong here; running them does not.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter

from tests.toy import write_toy

PLACES = 12
REGIONS = ("Aravan", "Bostan", "Chelek")
HEADER: list[object] = [
    "_uuid", "Round", "Region", "Region code", "District", "Displaced people", "Displaced households",
    "Contact phone", "remarks",
]  # fmt: skip
WORDS = {1: "kilim", 2: "saryk", 3: "tokoy", 4: "zhaylo"}  # one for each round: planted in free text


def delivery(folder: Path, round_number: int, version: int = 0, name: str | None = None) -> Path:
    """The workbook of a round: version 0 is its first delivery, the others are corrections of it."""
    path = folder / (name or f"toy_round_{round_number}_v{version}.xlsx")
    rows = [_row(i, round_number, version) for i in range(PLACES)]
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})  # the same delivery is the same bytes
        page = book.add_worksheet("data")
        for i, row in enumerate([HEADER, *rows]):
            page.write_row(i, 0, row)
    return path


def people(round_number: int, version: int = 0) -> int:
    """What a release of this delivery says: individuals in the whole country."""
    return sum(_people(i, round_number, version) for i in range(PLACES))


def secrets() -> list[str]:
    """What must not be found outside the vault and `build/`: the beginnings of all phones and of all names."""
    return ["+99655", "99655", *(f"{word.title()}bek" for word in WORDS.values()), "Planted"]


def round_key(round_number: int) -> str:
    """`toy-baseline-r01`."""
    return f"toy-baseline-r{round_number:02d}"


def operation(folder: Path) -> Path:
    """Write the operation; the folder to name in MTM_OPERATIONS."""
    return write_toy(folder).parent


def _row(i: int, round_number: int, version: int) -> list[object]:
    region = REGIONS[i % 3]
    people_here = _people(i, round_number, version)
    return [f"u{i}", round_number, region, f"TOY{i % 3}", f"{region} {'abcd'[i // 3] * 3}", people_here, 10 + i % 4,
            _phone(i, round_number), _remark(i, round_number)]  # fmt: skip


def _people(i: int, round_number: int, version: int) -> int:
    return 50 + 2 * i + 3 * round_number + version


def _phone(i: int, round_number: int) -> str:
    return f"+99655{round_number}7{i:02d}4{(i * 37) % 100:02d}"


def _remark(i: int, round_number: int) -> str:
    return f"ask {WORDS[round_number].title()}bek Planted{i:02d}uulu"
