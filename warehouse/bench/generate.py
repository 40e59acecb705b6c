"""Large deliveries of the shape of a Kyrgyz round, `times` as many of everything, streamed to disk: what growth is measured on.

Writing the delivery belongs here; its rows come from `large_rows.py`, the operation that reads it from `large_operation.py`.
Everything is SYNTHETIC, as the rounds that it is made of.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

    from warehouse.bench.large_rows import Base

Component = Literal["bma", "rms"]
OPERATION = (
    "big"  # the operation of generated deliveries; it stands beside kgz, so a delivery is received with its name
)
ROUND = 4  # the round whose form is used
SHEET_ROWS = 1_048_576  # of a workbook
ABOUT = "about.csv"


@dataclass(frozen=True)
class Generated:
    """A generated delivery. `operation_folder` is the folder for MTM_OPERATIONS; it holds `big/`."""

    path: Path
    operation_folder: Path
    round_key: str  # big-rms-r04
    rows: int  # rows of the main sheet
    answers: int  # canonical answers (rms) or counts (bma) of the rows that will be accepted
    repeat_rows: int = 0  # rows of the repeat sheet of countries


def generate(
    folder: Path, times: int, component: Component, *, workbook: bool = False, broken: bool = False
) -> Generated:
    """Write a delivery `times` as large as the Kyrgyz round, and the operation that reads it. Same arguments, same bytes.

    Text (a CSV; a ZIP of CSVs where there is a repeat sheet), or with `workbook` an XLSX. `broken`: a few rows of each copy
    can't be used (a count that is none, a place under another's name), so that the gate refuses the round. Raises
    ValueError where a workbook can't hold so many rows.
    """
    from warehouse.bench.large_operation import write_operation
    from warehouse.bench.large_rows import base_of

    base = base_of(component, broken=broken)
    if workbook and times * max(base.main.height, base.repeat.height) >= SHEET_ROWS:
        raise ValueError(f"a workbook holds {SHEET_ROWS} rows: leave out workbook")
    folder.mkdir(parents=True, exist_ok=True)
    operations = write_operation(folder / "operations", times)
    stem = folder / f"SYNTHETIC_{OPERATION}_{component}_r{ROUND:02d}_x{times}"
    path = _workbook(stem, base, times) if workbook else _text(stem, base, times)
    key = f"{OPERATION}-{component}-r{ROUND:02d}"
    return Generated(path, operations, key, base.main.height * times, base.answers * times, base.repeat.height * times)


def _text(stem: Path, base: Base, times: int) -> Path:
    from warehouse.bench.large_rows import copies

    if base.repeat.is_empty():
        path = stem.with_name(f"{stem.name}.csv")
        with path.open("wb") as file:
            _csv(file, (main for main, _ in copies(base, times)))
        return path
    path = stem.with_name(f"{stem.name}.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for i, name in enumerate((base.sheet, base.repeat_sheet)):
            member = zipfile.ZipInfo(f"{name}.csv")  # without a clock: same bytes
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=True) as file:
                _csv(file, (both[i] for both in copies(base, times)))
    return path


def _csv(file: IO[bytes], frames: Iterator[pl.DataFrame]) -> None:
    for i, frame in enumerate(frames):
        part = io.BytesIO()
        frame.write_csv(part, include_header=i == 0, line_terminator="\r\n")
        file.write(part.getbuffer())


def _workbook(stem: Path, base: Base, times: int) -> Path:
    import xlsxwriter

    from warehouse.bench.large_rows import copies
    from warehouse.sample.layout import about_lines

    path = stem.with_name(f"{stem.name}.xlsx")
    options = {"constant_memory": True, "strings_to_numbers": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        about = book.add_worksheet("about")
        for i, line in enumerate(about_lines()):
            about.write_row(i, 0, line)
        for k, name in enumerate((base.sheet, base.repeat_sheet)):
            if name:
                sheet, row = book.add_worksheet(name), 0
                for both in copies(base, times):
                    if row == 0:
                        sheet.write_row(0, 0, both[k].columns)
                    for cells in both[k].iter_rows():
                        row += 1
                        sheet.write_row(row, 0, cells)
    return path
