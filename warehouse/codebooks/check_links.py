"""What can be wrong between the parts of a codebook: fields that are named and not carried, sheets, totals, controls.

Rules that join several parts belong here; those of single columns and options are in `check_book.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from warehouse.codebooks.check_book import check_regex, columns_of, entries, valid
from warehouse.codebooks.check_files import Checked, Loc
from warehouse.codebooks.folding import fold, matches_any
from warehouse.codebooks.model import Column, Control, Group, Measure, Places, RepeatMeasure
from warehouse.settings import PROJECT

REGEXES = {"partial_file_name": 0, "window_text": 2}  # keys of the codebook with a regular expression, and its groups


def check_links(file: Checked) -> None:
    """Everything that one part of a codebook says of another."""
    data = file.data
    sheets = [loc for loc, raw in entries(data, "sheets") if isinstance(raw, dict)]
    main = {field for loc in sheets if role(data, loc) == "main" for field in _fields(data, loc)}
    _check_named(file, main)
    _check_round_number(file, main)
    for key, groups in REGEXES.items():
        if isinstance(data.get(key), str):
            check_regex(file, (key,), data[key], groups)
    for loc in sheets:
        _check_relevant(file, loc)
        _check_sheet(file, loc, main)
    _check_totals(file, sheets)
    _check_controls(file, sheets)


def role(data: Any, sheet: Loc) -> str:
    """The role of a sheet; main where none is given."""
    return str(_at(data, sheet).get("role", "main"))


def _at(data: Any, loc: Loc) -> dict[str, Any]:
    for part in loc:
        data = data[part]
    return data if isinstance(data, dict) else {}


def _fields(data: Any, sheet: Loc) -> set[str]:
    return {placed.column.field for placed in columns_of(data, sheet)} | everywhere()


@cache
def everywhere() -> frozenset[str]:
    """Fields that every codebook knows without listing them (what KoboToolbox adds), where there is a file of them."""
    file = Checked.read(PROJECT / "operations" / "common" / "kobo.yml")
    known = [valid(raw, Column) for _, raw in entries(file.data, "fields")]
    return frozenset(column.field for column in known if column is not None)


def _check_named(file: Checked, main: set[str]) -> None:
    """Fields that places, unique and drop name must be carried by a column of a main sheet."""
    data = file.data
    places = valid(data.get("places"), Places)
    for i, level in enumerate(places.levels if places else []):
        loc: Loc = ("places", "levels", i)
        names = [name for name in (level.code_field, level.name_field) if name]
        if not names:
            file.add(loc, f"level {level.level} has neither a code_field nor a name_field", "at least one of them")
        if places and places.scheme == "names" and not level.name_field:
            file.add(loc, f"scheme names needs the name of level {level.level}", "name_field, or scheme: gazetteer")
        for name in names:
            if name not in main:
                file.add(loc, f"no column of a main sheet carries {name}", "a column with this field")
        if places and i and level.level <= places.levels[i - 1].level:
            file.add(loc, "levels do not go down", "the wider level first")
    if isinstance(data.get("unique"), str) and data["unique"] not in main:
        file.add(("unique",), f"no column of a main sheet carries {data['unique']}", "a column with this field")
    from warehouse.normalize.reasons import reasons

    for loc, raw in entries(data, "keep"):
        if isinstance(raw, dict) and raw.get("field") not in main:
            file.add(
                (*loc, "field"), f"no column of a main sheet carries {raw.get('field')}", "a column with this field"
            )
    for loc, raw in entries(data, "drop"):
        if isinstance(raw, dict) and raw.get("field") not in main:
            file.add(
                (*loc, "field"), f"no column of a main sheet carries {raw.get('field')}", "a column with this field"
            )
        if isinstance(raw, dict) and raw.get("reason") not in reasons():
            file.add((*loc, "reason"), f"{raw.get('reason')} is no reason", f"one of {', '.join(reasons())}")


def _check_round_number(file: Checked, main: set[str]) -> None:
    for loc, raw in entries(file.data, "round_number"):
        if not isinstance(raw, dict):
            continue
        for key in ("field", "date_field"):
            if raw.get(key) is not None and raw[key] not in main:
                file.add((*loc, key), f"no column of a main sheet carries {raw[key]}", "a column with this field")
        if raw.get("select") and not raw.get("field"):
            file.add((*loc, "select"), "select needs the column with each row's round", "field")
        for key in ("sheet_text", "file_name", "pattern"):
            if isinstance(raw.get(key), str):
                check_regex(file, (*loc, key), raw[key], 1)
    if file.data.get("round_number") == []:
        file.add(("round_number",), "there is no rule for the round's number", "at least one rule")


def _check_relevant(file: Checked, sheet: Loc) -> None:
    placed = columns_of(file.data, sheet)
    by_field = {one.column.field: one.column for one in placed}
    lists = file.data.get("code_lists") or {}
    for one in placed:
        for field, allowed in (one.column.relevant or {}).items():
            loc: Loc = (*one.loc, "relevant")
            if field not in by_field:
                file.add(loc, f"no column of the sheet carries {field}", "a column with this field")
            elif (name := by_field[field].options) and isinstance(lists, dict):
                codes = {str(raw.get("code")) for raw in lists.get(name) or [] if isinstance(raw, dict)}
                for code in [code for code in allowed if code not in codes]:
                    file.add(loc, f"{code!r} is no option of {field}", f"one of {', '.join(sorted(codes))}")


def _check_sheet(file: Checked, sheet: Loc, main: set[str]) -> None:
    """Repeat sheets need their parent's key; long sheets the fields that they name."""
    data, raw, fields = file.data, _at(file.data, sheet), _fields(file.data, sheet)
    kind = role(data, sheet)
    if kind in ("main", "repeat") and not fields - everywhere() and not raw.get("groups"):
        file.add(sheet, "the sheet has no columns", "columns, or role: ignore")
    if isinstance(raw.get("row_key"), str) and raw["row_key"] not in fields:
        file.add((*sheet, "row_key"), f"no column of the sheet carries {raw['row_key']}", "a column with this field")
    if kind == "repeat":
        if not raw.get("parent_key") and "parent_index" not in everywhere():
            file.add(
                sheet,
                "a repeat sheet has no parent_key",
                "parent_key: the field that names the parent row (_parent_index)",
            )
        elif raw.get("parent_key") and raw["parent_key"] not in fields:
            file.add(
                (*sheet, "parent_key"),
                f"no column of the sheet carries {raw['parent_key']}",
                "a column with this field",
            )
        if "index" not in everywhere() and not any(
            _at(data, loc).get("row_key") for loc, _ in entries(data, "sheets") if role(data, loc) == "main"
        ):
            file.add(sheet, "no main sheet has a row_key for its repeat rows", "row_key on the main sheet (_index)")
        if not raw.get("measure"):
            file.add(sheet, "a repeat sheet without a measure is not counted", "measure, or role: ignore")
    names = [_at(data, loc).get("name") for loc, _ in entries(data, "sheets") if role(data, loc) == "main"]
    if isinstance(raw.get("parent"), str) and raw["parent"] not in names:
        file.add(
            (*sheet, "parent"), f"there is no main sheet {raw['parent']!r}", f"one of {', '.join(map(str, names))}"
        )
    measure = valid(raw.get("measure"), RepeatMeasure) if raw.get("measure") else None
    for key in ("category_field", "item_field", "sex_field", "age_field", "value_field"):
        name = getattr(measure, key, None)
        if name and name not in fields:
            file.add((*sheet, "measure"), f"no column of the sheet carries {name} ({key})", "a column with this field")
    if measure and not measure.category and not measure.category_field:
        file.add((*sheet, "measure"), "the measure says no category", "category or category_field")


def _measures(data: Any, sheets: list[Loc]) -> Iterator[tuple[Loc, Measure]]:
    """Every measure of columns, groups and long sheets with a fixed category."""
    for sheet in sheets:
        for one in columns_of(data, sheet):
            if one.column.measure:
                yield one.loc, one.column.measure
        for loc, raw in entries(data, *sheet, "groups"):
            if group := valid(raw, Group):
                yield loc, group.measure
        long = valid(_at(data, sheet).get("measure"), RepeatMeasure) if _at(data, sheet).get("measure") else None
        if long:
            yield (*sheet, "measure"), Measure(category=long.category or "*", unit=long.unit, dimension=long.dimension)


def _check_totals(file: Checked, sheets: list[Loc]) -> None:
    """Parts need a total of their category; somebody has to be counted (surveys excepted)."""
    if file.data.get("row_grain") == "respondent":
        return
    measures = list(_measures(file.data, sheets))
    totals = {m.category for _, m in measures if m.dimension == "total"}
    told: set[str] = set()
    for loc, m in measures:
        if (
            m.dimension != "total"
            and not totals & {m.category, "*"}
            and m.category not in told
            and "{" not in m.category
        ):
            told.add(m.category)
            if m.category != "*":
                file.add(
                    loc,
                    f"parts of {m.category} are counted and no column has its total",
                    "a column with dimension total (the default)",
                )
    if not totals:
        file.add(("sheets",), "nobody is counted: no column has a total", "a column with measure: {category: …}")


def _check_controls(file: Checked, sheets: list[Loc]) -> None:
    """Controls name a value, or a sheet with role control or ignore and a label on it."""
    data = file.data
    places = [_at(data, loc) for loc in sheets if role(data, loc) in ("control", "ignore")]
    known = {m.category for _, m in _measures(data, sheets)}
    for loc, raw in entries(data, "controls"):
        control = valid(raw, Control)
        if control is None:
            continue
        if control.value is None and not (control.sheet and control.label):
            file.add(loc, "the control has neither a value nor a sheet and a label", "value, or sheet and label")
        if control.sheet and not any(_fits(control.sheet, place) for place in places):
            file.add(
                (*loc, "sheet"),
                f"no sheet with role control or ignore is called {control.sheet!r}",
                "a sheet of this codebook",
            )
        if isinstance(control.measure, Measure) and control.measure.category not in known and "*" not in known:
            file.add((*loc, "measure"), f"no column counts {control.measure.category}", "a category that is counted")


def _fits(glob: str, sheet: dict[str, Any]) -> bool:
    patterns = sheet.get("patterns") if isinstance(sheet.get("patterns"), list) else ["*"]
    names = [str(p) for p in [*(patterns or []), sheet.get("name", "")]]
    plain = [name.replace("*", "") for name in names]
    return any(fold(glob) == fold(name) for name in names) or any(
        matches_any(name, [glob]) or matches_any(glob.replace("*", ""), [pattern])
        for name, pattern in zip(plain, names, strict=True)
    )
