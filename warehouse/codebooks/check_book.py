"""What can be wrong with a codebook beyond its schema: columns, patterns, options, places, measures.

Rules about one codebook belong here (sheets, controls and references: `check_links.py`). Parts that the schema refuses are left
out, so that one mistake does not hide the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from warehouse.codebooks.check_files import Checked, Loc
from warehouse.codebooks.folding import fold, fold_label
from warehouse.codebooks.model import Column, Group, Measure, Option
from warehouse.codebooks.personal import looks_personal

Part = TypeVar("Part", bound=BaseModel)
RANGE = re.compile(r"\s*\d+\s*(-\s*\d*\s*)?")
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Placed:
    """A column of a sheet and where it stands."""

    loc: Loc
    column: Column


def valid(raw: Any, model: type[Part]) -> Part | None:
    """A part by its schema, or None."""
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None


def entries(raw: Any, *path: str | int) -> Iterator[tuple[Loc, Any]]:
    """The elements of a list below `raw`, with their place; nothing where there is no list."""
    for part in path:
        if isinstance(raw, dict):
            raw = raw.get(part)
        else:
            raw = raw[part] if isinstance(raw, list) and isinstance(part, int) else None
    for i, value in enumerate(raw if isinstance(raw, list) else []):
        yield (*path, i), value


def columns_of(data: Any, sheet: Loc) -> list[Placed]:
    """The columns of a sheet that the schema accepts."""
    return [
        Placed(loc, column)
        for loc, raw in entries(data, *sheet, "columns")
        if (column := valid(raw, Column)) is not None
    ]


def check_columns(file: Checked, sheet: Loc) -> None:
    """Everything about the columns of one sheet."""
    placed = columns_of(file.data, sheet)
    for one in placed:
        check_rounds(file, (*one.loc, "rounds"), one.column.rounds)
        _check_pattern(file, one)
        _check_type(file, one)
        _check_class(file, one)
    _check_pairs(file, placed)
    for loc, raw in entries(file.data, *sheet, "groups"):
        group = valid(raw, Group)
        if group:
            check_rounds(file, (*loc, "rounds"), group.rounds)
            for key, labels in (("item_labels", group.item_labels), ("value_labels", group.value_labels)):
                if group.count > 1 and not any("{n}" in label for label in labels):
                    file.add((*loc, key), "no label has {n} for the number of the repetition", "Country {n}")


def check_rounds(file: Checked, loc: Loc, rounds: str | None) -> None:
    """A range of rounds that can not be read is a problem."""
    for part in (rounds or "").split(",") if rounds is not None else []:
        low, _, high = part.partition("-")
        if not RANGE.fullmatch(part) or (high.strip() and int(high) < int(low)):
            file.add(loc, f"{part.strip()!r} is no range of rounds", "1-2, 4- or 3,5-7")


def _check_pattern(file: Checked, one: Placed) -> None:
    column, loc = one.column, (*one.loc, "pattern")
    if column.pattern is None:
        if not column.labels:
            file.add(
                one.loc,
                f"no column can carry {column.field}: it has neither labels nor a pattern",
                "labels or a pattern",
            )
        groups: set[str] = set()
    else:
        compiled = check_regex(file, loc, column.pattern)
        groups = set(compiled.groupindex) if compiled else set()
        bare = re.sub(r"\(\?P<\w+>|\\.", "", column.pattern)
        if compiled and bare != bare.casefold():
            file.add(loc, "the pattern has capitals: headers are compared in small letters", bare.casefold())
        if compiled is None:
            return
    named = set(
        PLACEHOLDER.findall(" ".join(str(v) for v in (column.measure or Measure(category="")).model_dump().values()))
    )
    for name in sorted(named - groups):
        file.add(
            (*one.loc, "measure"),
            f"the measure names {{{name}}}, and the pattern has no such group",
            f"(?P<{name}>…) in pattern",
        )


def check_regex(file: Checked, loc: Loc, text: str, groups: int = 0) -> re.Pattern[str] | None:
    """A regular expression with at least so many groups, or a problem."""
    try:
        compiled = re.compile(text)
    except re.error as error:
        file.add(loc, f"this is no regular expression: {error}", "a regular expression of Python")
        return None
    if compiled.groups < groups:
        file.add(loc, f"the expression has {compiled.groups} groups", f"{groups}, in round brackets")
    return compiled


def _check_type(file: Checked, one: Placed) -> None:
    column, lists = one.column, file.data.get("code_lists")
    known = lists if isinstance(lists, dict) else {}
    if column.options is not None and column.options not in known:
        file.add(
            (*one.loc, "options"),
            f"there is no code list {column.options!r}",
            f"one of {', '.join(map(str, known)) or 'none'}",
        )
    if column.type in ("choice", "choices") and column.options is None:
        file.add(
            (*one.loc, "type"), f"a {column.type} needs its options", "options: a list of code_lists (or type boolean)"
        )
    if column.type == "share" and column.scale is None:
        file.add((*one.loc, "type"), "a share needs its scale", "scale: 1 (0.33) or 100 (33)")
    if column.measure and column.type not in ("count", "number", "share"):
        file.add((*one.loc, "type"), f"a column of type {column.type} counts nobody", "type: count, or no measure")
    if column.measure and column.column_class == "identifier":
        file.add(
            (*one.loc, "column_class"),
            "an identifier is dropped, so it can not be counted",
            "no measure, or another class",
        )


def _check_class(file: Checked, one: Placed) -> None:
    """Whoever names a suspicious column says its class; `plain` is an answer too."""
    if "column_class" in one.column.model_fields_set:
        return
    texts = [one.column.field.replace("_", " "), *one.column.labels]
    hit = next((t for t in texts if looks_personal(t)), None)
    if hit is not None:
        file.add(one.loc, f"{hit!r} looks like a personal identifier and no column_class is given",
                 "column_class: identifier, or plain if it names nobody")  # fmt: skip


def _check_pairs(file: Checked, placed: list[Placed]) -> None:
    """Fields and labels that two columns claim in the same rounds and form versions."""
    by_field: dict[str, list[Placed]] = {}
    by_label: dict[str, list[Placed]] = {}
    for one in placed:
        by_field.setdefault(one.column.field, []).append(one)
        for label in dict.fromkeys(map(fold_label, one.column.labels)):
            by_label.setdefault(label, []).append(one)
    for name, same in by_field.items():
        for first, second in combinations(same, 2):
            if _together(first.column, second.column):
                what = f"{name} stands twice for the same rounds (also in line {file.line(first.loc)})"
                file.add((*second.loc, "field"), what, "each field once")
    for label, same in by_label.items():
        for first, second in combinations(same, 2):
            if first.column.field != second.column.field and _together(first.column, second.column):
                what = f"{label!r} is a label of {first.column.field} too (line {file.line(first.loc)})"
                file.add((*second.loc, "labels"), what, "each label once in a sheet")


def _together(one: Column | Option, other: Column | Option) -> bool:
    """Whether two columns or options can hold in one delivery."""
    versions = None in (one.versions, other.versions) or one.versions == other.versions
    return versions and overlap(one.rounds, other.rounds)


def overlap(one: str | None, other: str | None) -> bool:
    """Whether two ranges of rounds share a round; a range that can't be read overlaps nothing."""
    if one is None or other is None:
        return True
    return any(a[0] <= b[1] and b[0] <= a[1] for a in _spans(one) for b in _spans(other))


def _spans(rounds: str) -> list[tuple[int, int]]:
    found = []
    for part in rounds.split(","):
        if RANGE.fullmatch(part):
            low, dash, high = part.partition("-")
            found.append((int(low), int(high) if high.strip() else (10**9 if dash else int(low))))
    return found


def check_options(file: Checked) -> None:
    """Code lists: codes and labels that stand twice for the same rounds."""
    for name in file.data.get("code_lists") if isinstance(file.data.get("code_lists"), dict) else ():
        options = [(loc, o) for loc, raw in entries(file.data, "code_lists", name) if (o := valid(raw, Option))]
        for loc, option in options:
            check_rounds(file, (*loc, "rounds"), option.rounds)
        for (first, one), (second, other) in combinations(options, 2):
            if not _together(one, other):
                continue
            if one.code == other.code:
                file.add(
                    second, f"option {one.code!r} stands twice (also in line {file.line(first)})", "each option once"
                )
            shared = {fold(t) for t in [one.code, *one.labels]} & {fold(t) for t in [other.code, *other.labels]}
            if shared and one.code != other.code:
                file.add(
                    second,
                    f"{sorted(shared)[0]!r} means {one.code} too (line {file.line(first)})",
                    "one meaning for each text",
                )
