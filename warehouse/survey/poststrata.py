"""Post-strata in `design.yml`: groups whose size in the population is known, in the forms in which people write them.

Only the shape of this key belongs here (`design.py` has the others); how weights follow the totals is in `sample.py`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

NOTHING = ("", "~", "null", "none")
COLUMN_KEYS = {"column", "columns", "by", "strata", "variable", "variables"}
TOTAL_KEYS = {"total", "totals", "population", "freq", "count", "n"}
FORM = "takes the column and its totals, such as {stype: {E: 4421, H: 755}}"


def named(value: Any) -> Any:
    """A column's name; None where YAML says that there is none."""
    return None if value is None or (isinstance(value, str) and value.strip().lower() in NOTHING) else value


def listed(value: Any) -> Any:
    """One column or several; nothing is an empty list, and nothing inside a list is a stage without a column."""
    if isinstance(value, list):
        return [named(item) for item in value]
    return [] if named(value) is None else [value]


Columns = Annotated[list[str], BeforeValidator(listed)]
Total = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Poststrata(BaseModel):
    """The columns that make the groups, and each group's total. With several columns a group's label is `E,Yes`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Columns = Field(min_length=1)
    totals: dict[str, Total] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _any_form(cls, data: Any) -> Any:
        """`{stype: {E: 4421}}`, `{column: stype, totals: …}` and rows `{stype: E, total: 4421}` say the same."""
        if isinstance(data, list) and len(data) == 1 and isinstance(data[0], dict):
            data = data[0] if any(isinstance(value, dict | list) for value in data[0].values()) else data
        if isinstance(data, list):
            return _from_rows(data)
        if not isinstance(data, dict):
            raise ValueError(FORM)
        column, total = _pick(data, COLUMN_KEYS), _pick(data, TOTAL_KEYS)
        if len(data) == 2 and column and total:
            columns, totals = listed(data[column]), data[total]
            return _from_rows(totals, columns) if isinstance(totals, list) else _made(columns, totals)
        if len(data) == 1 and isinstance(next(iter(data.values())), dict):
            ((name, totals),) = data.items()
            return _made(name.split(","), totals)
        raise ValueError(f"{FORM}; for totals of several margins, rake the weights first")


def _pick(data: dict[str, Any], keys: set[str]) -> str | None:
    return next((key for key in data if str(key).lower() in keys), None)


def _made(columns: list[str], totals: Any) -> dict[str, Any]:
    if not isinstance(totals, dict):
        raise ValueError(FORM)
    return {"columns": [str(column).strip() for column in columns], "totals": dict(_flat(totals))}


def _flat(totals: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Labels with their totals; a mapping inside a mapping is a second column."""
    pairs: list[tuple[str, Any]] = []
    for key, value in totals.items():
        label = before + ",".join(part.strip() for part in str(key).split(","))
        pairs += _flat(value, f"{label},") if isinstance(value, dict) else [(label, value)]
    return pairs


def _from_rows(rows: list[Any], columns: list[str] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        total = _pick(row, TOTAL_KEYS) if isinstance(row, dict) else None
        columns = columns or [key for key in row if key != total]
        if total is None or set(row) != {*columns, total}:
            raise ValueError("each row of poststrata has the same columns and a total")
        label = ",".join(str(row[column]).strip() for column in columns)
        if label in found:
            raise ValueError(f"two totals for {label}")
        found[label] = row[total]
    return {"columns": columns or [], "totals": found}
