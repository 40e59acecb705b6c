"""From a file to its sheets: sizes are checked, then a child process reads it; the first bytes decide which reader.

Only the door for files belongs here: the choice of reader is in `formats.py`, the child process in `child.py`.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.deliveries.readers.child import read_in_child
from warehouse.deliveries.readers.error_cells import noticed, refuse_error_cells
from warehouse.deliveries.readers.formats import MAX_BYTES, unknown
from warehouse.deliveries.readers.limits import stated
from warehouse.deliveries.readers.sheet import RawSheet


def read_file(path: Path, name: str | None = None, *, keep_errors: bool = False) -> list[RawSheet]:
    """The sheets of a file. `name` is what the file was called when it was delivered (for messages).

    Cells that hold an error (`#N/A`) are refused with their addresses, unless `keep_errors` says that a codebook will judge
    them column by column.

    Raises UnreadableDelivery (exit 4) where the file is empty, too large, of no known kind, or can't be trusted.
    """
    name = name or path.name
    if not path.is_file():
        raise unknown("there is no such file", name, "no_file")
    size = path.stat().st_size
    if size == 0:
        raise unknown("the file is empty", name, "empty_file")
    if size > max(MAX_BYTES, stated().text_bytes):  # of what is no text, the child takes MAX_BYTES only
        raise unknown(f"the file has {size >> 20} MB", name, "too_large")
    sheets = read_in_child(path, name)
    if keep_errors:
        return [noticed(sheet) for sheet in sheets]
    refuse_error_cells(sheets, name)
    return sheets
