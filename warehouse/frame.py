"""The frame of an operation (`frame.csv`): communities that are known to exist, by place, which coverage is measured against.

Reading the file and what is wrong with it belong here; coverage itself is reckoned in the marts.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError, field_validator

from warehouse.errors import MtmError
from warehouse.gazetteer.store import gazetteer_rows
from warehouse.operations import Operation, Strict
from warehouse.settings import Home

COLUMNS = ["geography_vintage", "place_code", "communities", "frame_year", "frame_source"]


class FrameRow(Strict):
    """One place of the frame. Blank `communities`: the place belongs to the frame, how many it has is not known."""

    geography_vintage: str = Field(min_length=1)
    place_code: str = Field(min_length=1)
    communities: int | None = Field(ge=0)
    frame_year: int = Field(ge=1900, le=2200)
    frame_source: str = Field(min_length=1)

    @field_validator("communities", mode="before")
    @classmethod
    def _blank(cls, value: Any) -> Any:
        return value or None


def frame_of(operation: Operation, home: Home | None) -> list[FrameRow]:
    """The frame, checked against the places. Raises MtmError that names the row of the file."""
    parents = {(r["geography_vintage"], r["place_code"]): r["parent_code"] for r in _places(operation, home)}
    rows: dict[tuple[str, str], tuple[int, FrameRow]] = {}
    for number, cells in enumerate(operation.frame, 2):
        row = _row(operation, number, cells)
        key = (row.geography_vintage, row.place_code)
        if key not in parents:
            raise _bad(operation, number, f"vintage {key[0]} has no place {key[1]}", "a place code of the gazetteer")
        if key in rows:
            raise _bad(operation, number, f"{key[1]} stands in row {rows[key][0]} already", "each place once a vintage")
        rows[key] = (number, row)
    for key, (number, _) in rows.items():
        above = next((k for k in _above(parents, key) if k in rows), None)
        if above:
            raise _bad(operation, number, f"{key[1]} lies in {above[1]} of row {rows[above][0]}: counted twice",
                       "numbers of one level: what lies above is their sum")  # fmt: skip
    return [row for _, row in rows.values()]


def _places(operation: Operation, home: Home | None) -> list[dict[str, str]]:
    return gazetteer_rows(operation, home) if operation.frame else []


def _above(parents: dict[tuple[str, str], str], key: tuple[str, str]) -> list[tuple[str, str]]:
    """The places above one; a circle of parents ends."""
    found: list[tuple[str, str]] = []
    while key in parents and (key := (key[0], parents[key])) not in found:
        found.append(key)
    return found


def _row(operation: Operation, number: int, cells: dict[str, str]) -> FrameRow:
    try:
        return FrameRow.model_validate({c: (v or "").strip() if isinstance(v, str) else v for c, v in cells.items()})
    except ValidationError as error:
        told = error.errors()[0]
        column = str(told["loc"][0]) if told["loc"] else "row"
        raise _bad(operation, number, f"{column}: {told['msg']}", f"the columns {', '.join(COLUMNS)}") from None


def _bad(operation: Operation, number: int, what: str, expected: str) -> MtmError:
    return MtmError(
        f"frame.csv can't be used: {what}", where=f"{operation.folder / 'frame.csv'}, row {number}", expected=expected,
        todo="correct the row; docs/adding-a-country.md shows the columns", code="bad_operation_file",
    )  # fmt: skip
