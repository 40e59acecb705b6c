"""Declared controls: totals that a delivery must add up to, places that a round covers, units that can't be exchanged.

Comparing belongs here, value with value; what was counted comes from the conservation table. The window that notes tell is
in `window.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.codebooks.folding import fold, fold_key, in_rounds
from warehouse.codebooks.kobo import sheet_fits
from warehouse.codebooks.model import Control
from warehouse.codebooks.recognise import Recognised
from warehouse.deliveries.readers.sheet import RawSheet
from warehouse.normalize.findings import Findings
from warehouse.normalize.furniture import NO_PEOPLE
from warehouse.normalize.numbers import whole_numbers
from warehouse.normalize.window import check_window
from warehouse.operations import Operation

Spot = tuple[RawSheet, int, int]  # a cell: sheet, row index, column index


def check_controls(
    found: Recognised, operation: Operation, tables: dict[str, pl.DataFrame], findings: Findings
) -> None:
    """Findings where a declared control does not hold."""
    for control in found.codebook.controls:
        if in_rounds(control.rounds, found.round_number):
            _check_total(found, control, tables["conservation"], tables["rejected"], findings)
    _check_places(found, tables["place"], findings)
    _check_units(tables, findings)
    if found.others:
        _check_sheets(tables, findings)
    check_window(found, operation, findings)


def _check_total(
    found: Recognised, control: Control, law: pl.DataFrame, rejected: pl.DataFrame, findings: Findings
) -> None:
    measure = _measure(control)
    counted = int(law.filter(pl.col("measure") == measure)["delivered"].sum())
    if measure == "rows":
        names = [match.raw.name for match in found.mains]
        counted -= rejected.filter(pl.col("reason_code").is_in(NO_PEOPLE) & pl.col("sheet").is_in(names)).height
    if control.value is not None:
        _compare(measure, counted, [(control.value, "", None)], control, findings)
        return
    declared = [
        (n, spot[0].name, spot[1] + 1)
        for spot in _labelled(found, control)
        if (n := _number(spot, control)) is not None
    ]
    if not declared:
        findings.add(
            "control_not_found", "review", f"the declared total of {measure} is not in the delivery", expected=f"a number beside {control.label!r}",
            todo="deliver the sheet of control totals, or correct the codebook's controls", sheet=control.sheet or "",
        )  # fmt: skip
        return
    _compare(measure, counted, declared, control, findings)


def _compare(
    measure: str, counted: int, declared: Sequence[tuple[int, str, int | None]], control: Control, findings: Findings
) -> None:
    """Rows delivered must add up to every declared number: two that differ can't both be right."""
    for number, sheet, row in dict.fromkeys(declared):
        if number != counted:
            findings.add(
                "control_total", "block", f"{measure} add up to {counted}, declared are {number}",
                expected=f"{number}" + (f" ({control.source})" if control.source else ""),
                todo="find the rows that were lost or added after the total was made, and deliver again",
                sheet=sheet, row_number=row, people=abs(number - counted) if measure.endswith(".individuals") else None,
            )  # fmt: skip


def _measure(control: Control) -> str:
    m = control.measure
    if isinstance(m, str):
        return m
    return f"{m.category}.{m.unit}" + ("" if m.dimension == "total" else f".{m.dimension}")


def _labelled(found: Recognised, control: Control) -> list[Spot]:
    """Cells that carry the control's label, on sheets with role control or ignore."""
    roles = [s for s in found.codebook.sheets if s.role in ("control", "ignore")]
    label = fold(control.label or "").rstrip(" :")
    return [
        (raw, i, j)
        for raw in found.sheets
        if any(sheet_fits(raw.name, s.patterns) for s in roles)
        and (not control.sheet or sheet_fits(raw.name, [control.sheet]))
        for i in range(raw.height)
        for j, text in enumerate(raw.texts(i))
        if text and fold(text).rstrip(" :") == label
    ]


def _number(spot: Spot, control: Control) -> int | None:
    """The first filled cell to the right of a label, or below it."""
    raw, row, column = spot
    cells = raw.texts(row)[column + 1 :] if control.at == "right" else raw.column(column)[row + 1 :].to_list()
    text = next((cell for cell in cells if cell.strip()), "")
    number: int | None = whole_numbers(pl.Series([text], dtype=pl.String))[0]
    return number


def _check_places(found: Recognised, places: pl.DataFrame, findings: Findings) -> None:
    """Places of level 1 that a whole round covers and that no accepted row names."""
    top = places.filter(pl.col("place_level") == 1)
    names = ["place_code", "delivered_code", "place_name_en", "place_name_ru", "place_name_ky"]
    seen = {fold_key(text) for name in names for text in top[name].drop_nulls()}
    gone = [place for place in found.codebook.expected_places if fold_key(place) not in seen]
    if gone and not found.partial:
        findings.add(
            "places_missing", "block", f"no rows of {', '.join(gone)}", expected=f"all of {len(found.codebook.expected_places)} places",
            todo="deliver the missing places, or say in the file's name that the round is in progress", rows=len(gone),
        )  # fmt: skip


def _check_units(tables: dict[str, pl.DataFrame], findings: Findings) -> None:
    """More households than people in most rows: the two columns are exchanged."""
    totals = tables["population"].filter((pl.col("dimension") == "total") & (pl.col("value") > 0))
    if totals["unit"].n_unique() < 2:
        return
    by_row = totals.group_by("population_category", "row_id", "unit").agg(pl.col("value").sum())
    pairs = by_row.pivot("unit", index=["population_category", "row_id"], values="value").drop_nulls()
    for (category,), rows in pairs.group_by("population_category", maintain_order=True):
        fewer = rows.filter(pl.col("individuals") < pl.col("households")).height
        if fewer * 2 > rows.height:
            findings.add(
                "units_swapped", "block", f"{category}: more households than individuals in {fewer} of {rows.height} rows",
                expected="at least one individual in a household", todo="check whether the two columns were exchanged, correct and deliver again",
                rows=fewer,
            )  # fmt: skip


def _check_sheets(tables: dict[str, pl.DataFrame], findings: Findings) -> None:
    """Two main sheets with totals of one category and one place, or a place inside it: people would be added up twice."""
    parents = dict(tables["place"].select("place_code", "parent_code").iter_rows())
    totals = tables["population"].filter((pl.col("dimension") == "total") & (pl.col("value") > 0))
    rows = totals.join(tables["assessment"].select("row_id", "sheet"), on="row_id").select(
        "population_category", "unit", "sheet", "place_code"
    )
    for (category, unit), part in rows.unique(maintain_order=True).group_by(
        "population_category", "unit", maintain_order=True
    ):
        seen = {(code, sheet) for sheet, code in part.select("sheet", "place_code").iter_rows()}
        sheets = part["sheet"].unique().sort().to_list()
        twice = {(s, o) for code, s in seen for a in _chain(code, parents) for o in sheets if o != s and (a, o) in seen}
        if twice:
            findings.add(
                "levels_added", "block", f"{category} ({unit}) of the same places stand on several sheets",
                expected="each person on one sheet", sheet=sorted(twice)[0][0], rows=len(twice),
                todo="give all but one of the sheets the role ignore in the codebook",
            )  # fmt: skip


def _chain(code: str, parents: dict[str, str | None]) -> list[str]:
    """A place and all places that it lies in."""
    chain = [code]
    while (parent := parents.get(chain[-1])) and parent not in chain:
        chain.append(parent)
    return chain
