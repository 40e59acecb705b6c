"""The limits of reading that an honest large file may need to have raised (`operations/common/reading.yml`).

Only these limits and how they get to the child that reads belong here; what is done where one is broken does not. Limits
against hostile workbooks are no matter of size, and stand in their readers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """How large texts may be: CSV files, and CSV files in a ZIP."""

    text_bytes: int = 200 * MB
    text_cells: int = 50_000_000


_now = [Limits()]


def current() -> Limits:
    """The limits that hold in this process: the smallest ones, until `use` says otherwise."""
    return _now[0]


def use(text_bytes: int, text_cells: int) -> None:
    """Set the limits: those that the process that asks for a file has told."""
    _now[0] = replace(_now[0], text_bytes=text_bytes, text_cells=text_cells)


@cache
def stated() -> Limits:
    """The limits of the file, read once."""
    from pydantic import BaseModel, ConfigDict

    from warehouse.operations import read_yaml
    from warehouse.settings import PROJECT

    class Stated(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)
        value: int
        reason: str

    class Reading(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)
        text_megabytes: Stated
        text_cells: Stated

    told = read_yaml(PROJECT / "operations" / "common" / "reading.yml", Reading)
    return Limits(told.text_megabytes.value * MB, told.text_cells.value)
